//! The table of Meta's error codes.

/// HTTP status, code, title and details of each error known here.
#[rustfmt::skip]
const TABLE: &[(u16, i64, &str, &str)] = &[
    (401, 0, "AuthException", "We were unable to authenticate the app user."),
    (400, 1, "API Unknown", "Invalid request or possible server error."),
    (503, 2, "API Service", "Temporary due to downtime or due to being overloaded."),
    (500, 3, "API Method", "Capability or permissions issue."),
    (400, 4, "API Too Many Calls", "The app has reached its API call rate limit."),
    (403, 10, "API Permission Denied", "Permission is either not granted or has been removed."),
    (400, 33, "Parameter value is not valid", "The business phone number has been deleted."),
    (400, 100, "Invalid parameter", "The request included one or more unsupported or misspelled parameters."),
    (401, 104, "Access token required", "An access token is required to request this resource."),
    (401, 190, "Access token has expired", "Error validating access token: the session has been invalidated."),
    (403, 200, "API Permission", "Permission is either not granted or has been removed."),
    (403, 368, "Temporarily blocked for policies violations", "The account has been restricted or disabled."),
    (400, 613, "Calls to this api have exceeded the rate limit", "Too many calls."),
    (400, 80_007, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    (400, 130_429, "Rate limit hit", "Cloud API message throughput has been reached."),
    (400, 130_472, "User's number is part of an experiment", "Message was not sent as part of an experiment."),
    (403, 130_497, "Business account is restricted from messaging users in this country", "Restricted country."),
    (400, 130_501, "Unsupported message type", "Message type is not currently supported."),
    (500, 131_000, "Something went wrong", "Message failed to send due to an unknown error."),
    (403, 131_005, "Access denied", "Permission is either not granted or has been removed."),
    (400, 131_008, "Required parameter is missing", "The request is missing a required parameter."),
    (400, 131_009, "Parameter value is not valid", "One or more parameter values are invalid."),
    (500, 131_016, "Service unavailable", "A service is temporarily unavailable."),
    (400, 131_021, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    (400, 131_026, "Message undeliverable", "Unable to deliver message."),
    (400, 131_030, "Recipient phone number not in allowed list", "Add the recipient to the allowed list."),
    (403, 131_031, "Account has been locked", "The account has been restricted or disabled."),
    (400, 131_037, "Display name is not approved", "The display name has not been approved."),
    (400, 131_042, "Business eligibility payment issue", "There was an error related to your payment method."),
    (500, 131_045, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
    (400, 131_047, "Re-engagement message", "More than 24 hours have passed since the customer last replied."),
    (400, 131_048, "Spam rate limit hit", "Restrictions on how many messages can be sent from this number."),
    (400, 131_049, "Not delivered", "Not delivered to maintain healthy ecosystem engagement."),
    (400, 131_050, "User has stopped marketing messages", "The user does not want marketing messages."),
    (400, 131_051, "Unsupported message type", "Message type is currently not supported."),
    (400, 131_052, "Media download error", "Unable to download the media sent by the user."),
    (400, 131_053, "Media upload error", "Unable to upload the media used in the message."),
    (400, 131_055, "Method not allowed", "The message cannot be sent through this interface."),
    (400, 131_056, "(Business Account, Consumer Account) pair rate limit hit", "Too many messages to this number."),
    (500, 131_057, "Account in maintenance mode", "The business account is in maintenance mode."),
    (400, 131_059, "Invalid cursor", "The paging cursor is not valid."),
    (400, 131_060, "Message unavailable", "This message is currently unavailable."),
    (400, 131_062, "Recipient not supported", "BSUID recipients are not supported for this message."),
    (400, 132_000, "Template param count mismatch", "The number of variables does not match."),
    (404, 132_001, "Template does not exist", "Template name does not exist in the translation."),
    (400, 132_005, "Template hydrated text too long", "Translated text is too long."),
    (400, 132_007, "Template format character policy violated", "Template content violates a policy."),
    (400, 132_012, "Template parameter format mismatch", "Variable values are formatted incorrectly."),
    (400, 132_015, "Template is paused", "Template is paused due to low quality."),
    (400, 132_016, "Template is disabled", "Template has been paused too many times."),
    (400, 132_018, "Template parameter issue", "There are issues with the parameters."),
    (400, 132_068, "Flow is blocked", "Flow is in blocked state."),
    (400, 132_069, "Flow is throttled", "Flow is in throttled state."),
    (400, 133_000, "Incomplete deregistration", "A previous deregistration attempt failed."),
    (503, 133_004, "Server temporarily unavailable", "Server is temporarily unavailable."),
    (400, 133_005, "Two step verification PIN mismatch", "PIN is incorrect."),
    (400, 133_006, "Phone number re-verification needed", "The phone number needs to be verified before registering."),
    (400, 133_008, "Too many two step verification PIN guesses", "Too many wrong PINs for this number."),
    (400, 133_009, "Two step verification PIN guessed too fast", "The PIN was entered too quickly."),
    (400, 133_010, "Phone number not registered", "Phone number is not registered."),
    (400, 133_015, "Please wait a few minutes", "The number was recently deleted."),
    (400, 133_016, "Account register deregister rate limit exceeded", "Too many attempts."),
    (400, 134_011, "Payments terms not accepted", "The payments terms of service were not accepted."),
    (400, 134_100, "Only marketing messages supported", "Only marketing messages can be sent through this interface."),
    (400, 134_101, "Template syncing", "The template is being synchronised."),
    (400, 134_102, "Template unavailable for use", "The template is not eligible."),
    (400, 135_000, "Generic user error", "Message failed to send because of an unknown error with its parameters."),
    (400, 136_024, "Request code error", "The code could not be asked for."),
    (400, 136_025, "Verify code error", "The code is not right."),
    (400, 137_000, "Identity hash mismatch", "The recipient's identity has changed."),
    (400, 147_001, "Username not available", "The username is taken."),
    (400, 147_002, "Username not allowed", "The username breaks the rules."),
    (400, 147_003, "Username change too soon", "The username was changed lately."),
    (400, 147_004, "Username unavailable for this number", "This number cannot have a username."),
    (400, 2_494_100, "Business number is in maintenance mode", "Try again in a few minutes."),
    (400, 2_593_107, "Synchronisation request limit exceeded", "The synchronisation was already done."),
    (400, 2_593_108, "Synchronisation outside of the allowed time", "More than 24 hours have passed since the onboarding."),
    (400, 2_593_109, "History sharing declined", "The business has turned off history sharing."),
];

/// HTTP status, title and details of a code; 400 for one that is not known.
pub(super) fn look_up(code: i64) -> (u16, &'static str, &'static str) {
    let found = TABLE.iter().find(|(_, known, ..)| *known == code);
    match found {
        Some((status, _, title, details)) => (*status, title, details),
        None if (200..300).contains(&code) => {
            (403, "API Permission", "Permission has been removed.")
        }
        None => (400, "Unknown error", "No details are known."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_each_code_once() {
        let mut codes: Vec<i64> = TABLE.iter().map(|row| row.1).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
