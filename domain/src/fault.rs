//! Meta's error codes in words for an agent (Cloud API, "Error codes").

/// Why a message failed, for the person who wrote it, and whether sending it again can help.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn words(code: i64) -> (&'static str, bool) {
    match code {
        0 | 190 => (
            "Meta no longer accepts this number's access token. An admin has to connect the number again.",
            true,
        ),
        3 | 10 | 200..=299 | 131_005 => (
            "The number's access token lacks a permission for sending. An admin has to connect the number again.",
            true,
        ),
        1 | 2 | 131_000 | 131_016 | 133_004 => (
            "WhatsApp had a fault of its own. Try again in a moment.",
            true,
        ),
        4 | 613 | 80_007 => (
            "Too many requests were made for this WhatsApp account. Try again in a few minutes.",
            true,
        ),
        130_429 => (
            "This number sends faster than WhatsApp allows. Try again in a moment.",
            true,
        ),
        131_056 => (
            "Too many messages went to this contact in a short time. Try again in a minute.",
            true,
        ),
        131_048 => (
            "WhatsApp limits this number because earlier messages were reported. Try again in some hours.",
            true,
        ),
        131_057 | 2_494_100 => (
            "WhatsApp is doing maintenance on this number. Try again in some minutes.",
            true,
        ),
        368 | 131_031 => (
            "WhatsApp has locked this business account. An admin finds the reason in Meta's business settings.",
            false,
        ),
        130_497 => (
            "WhatsApp does not let this business write to people in this country.",
            false,
        ),
        33 => (
            "This number no longer exists at Meta. An admin has to connect it again.",
            false,
        ),
        100 | 131_008 | 131_009 => ("WhatsApp refused the form of this message.", false),
        131_021 => ("A number cannot write to itself.", false),
        131_026 => (
            "WhatsApp could not deliver it: the number is not on WhatsApp, its app is too old, or it has blocked this \
             business.",
            false,
        ),
        131_030 => (
            "This is a test number of Meta's, and the contact is not on its list of allowed recipients.",
            false,
        ),
        131_037 => (
            "Meta has not approved this number's display name yet.",
            false,
        ),
        131_042 => (
            "There is a problem with the payment method of this WhatsApp account. An admin mends it at Meta, then try \
             again.",
            true,
        ),
        131_045 | 133_010 => (
            "This number is not registered with WhatsApp. An admin has to register it, then try again.",
            true,
        ),
        131_047 => (
            "More than 24 hours have passed since the contact last wrote.",
            false,
        ),
        131_049 => (
            "WhatsApp held it back to protect the contact from too many messages. Wait a day before writing again.",
            false,
        ),
        131_050 => (
            "The contact does not want marketing messages from this business.",
            false,
        ),
        131_051 => (
            "WhatsApp does not support this kind of message here.",
            false,
        ),
        131_052 => (
            "WhatsApp could not fetch a file. Ask the contact to send it again.",
            false,
        ),
        131_053 => (
            "WhatsApp could not take the file: its kind or its size does not fit.",
            false,
        ),
        131_060 => ("This message is no longer available at WhatsApp.", false),
        131_062 => (
            "This kind of message cannot be sent to a contact who hides their number.",
            false,
        ),
        130_472 => (
            "WhatsApp did not send it: the contact takes part in an experiment of Meta's.",
            false,
        ),
        132_069 => (
            "WhatsApp limits this form for now. Try again in an hour.",
            true,
        ),
        132_000 => (
            "This template has another number of variables than were filled in. Choose it again.",
            false,
        ),
        132_001 => (
            "This template is not there, or not approved, in this language. Choose another one.",
            false,
        ),
        132_005 => (
            "The template is too long with what was filled in. Shorten that, then send it anew.",
            false,
        ),
        132_007 => (
            "This template breaks WhatsApp's rules on what businesses may write. Choose another one.",
            false,
        ),
        132_012 | 132_018 => (
            "What was filled into the template does not have the form that it asks for. Fill it in again.",
            false,
        ),
        132_015 => (
            "WhatsApp has paused this template because people reported it. Choose another one.",
            false,
        ),
        132_016 => (
            "WhatsApp has disabled this template because people reported it. Choose another one.",
            false,
        ),
        132_068 => (
            "WhatsApp has blocked the form in this template. Choose another one.",
            false,
        ),
        code if (132_000..=132_999).contains(&code) => ("WhatsApp refused this template.", false),
        133_000 => (
            "This number was not taken out of WhatsApp whole. An admin has to register it again.",
            false,
        ),
        133_005 => (
            "The PIN of this number is another one. An admin has to register it with the right one.",
            false,
        ),
        133_006 => (
            "This number has to be verified by a code before it is registered.",
            false,
        ),
        133_008 => (
            "A wrong PIN was given too often for this number. An admin tries again later.",
            false,
        ),
        133_009 => (
            "PINs were given too fast for this number. An admin tries again in a few minutes.",
            false,
        ),
        133_015 => (
            "This number was taken out of WhatsApp a moment ago. An admin registers it in five minutes.",
            false,
        ),
        133_016 => (
            "This number was registered too often. Try again in three days.",
            true,
        ),
        code if (133_000..=133_999).contains(&code) => (
            "This number's registration with WhatsApp is not complete. An admin has to finish it.",
            false,
        ),
        131_055 | 134_100..=134_102 => (
            "WhatsApp takes this message only by its marketing service.",
            false,
        ),
        131_059 => ("WhatsApp lost its place in a list.", false),
        134_011 => (
            "The terms of payments on WhatsApp were not accepted. An admin accepts them at Meta.",
            false,
        ),
        135_000 => (
            "WhatsApp refused this message and does not say why. Write it in another way.",
            false,
        ),
        2_388_000..=2_388_999 => ("Meta refused this template or this number.", false),
        2_593_107 => (
            "The chats of the phone were asked for already: WhatsApp gives them once.",
            false,
        ),
        2_593_108 => (
            "The chats of the phone can be asked for within 24 hours of connecting it, and no later.",
            false,
        ),
        2_593_109 => (
            "The chats of the phone were not shared: its owner declined.",
            false,
        ),
        137_000 => (
            "The contact has a new phone or a new WhatsApp installation; their identity has to be confirmed first.",
            false,
        ),
        _ => ("WhatsApp did not deliver it.", false),
    }
}

/// What Meta said beside the code, as it is kept and shown: none when it said nothing.
pub fn details(said: &str) -> Option<String> {
    const MOST: usize = 500;
    let said: String = said.replace('\0', "").trim().chars().take(MOST).collect();
    (!said.is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_meta_said_is_kept_short_and_storable() {
        for (said, expected) in [
            ("", None),
            (" \0 ", None),
            (
                " Re-engagement\0 message ",
                Some("Re-engagement message".to_owned()),
            ),
            (&"é".repeat(600), Some("é".repeat(500))),
        ] {
            assert_eq!(details(said), expected, "{said}");
        }
    }

    #[test]
    fn every_code_of_metas_table_has_words_of_its_own() {
        let other = words(9_999_999).0;
        for code in [
            0, 190, 3, 10, 200, 131_005, 1, 2, 131_000, 131_016, 133_004, 4, 80_007, 613, 130_429,
            131_056, 131_048, 131_057, 2_494_100, 368, 130_497, 131_031, 100, 131_008, 131_009, 33,
            131_021, 131_026, 131_030, 131_037, 131_042, 131_045, 133_010, 131_047, 131_049,
            131_050, 131_051, 131_052, 131_053, 131_055, 134_100, 134_101, 134_102, 131_059,
            131_060, 131_062, 130_472, 132_000, 132_001, 132_005, 132_007, 132_012, 132_015,
            132_016, 132_018, 132_068, 132_069, 133_000, 133_005, 133_006, 133_008, 133_009,
            133_015, 133_016, 134_011, 135_000, 137_000, 2_388_001, 2_593_107, 2_593_108,
            2_593_109,
        ] {
            assert_ne!(words(code).0, other, "{code}");
        }
    }

    #[test]
    fn every_code_has_words_and_only_passing_faults_offer_a_retry() {
        for retry in [1, 2, 4, 130_429, 131_056, 131_057, 190, 132_069] {
            assert!(words(retry).1, "{retry}");
        }
        for lasting in [
            33,
            100,
            368,
            131_026,
            131_047,
            131_049,
            131_050,
            132_001,
            137_000,
            9_999_999,
            -1,
            i64::MAX,
        ] {
            assert!(!words(lasting).1, "{lasting}");
        }
        for code in -10..140_000 {
            assert!(words(code).0.ends_with('.'), "{code}");
        }
    }
}
