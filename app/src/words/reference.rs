//! The API's reference.

pub const TITLE: &str = "Postern API";
pub const LEAD: &str = "Send WhatsApp messages and one-time codes, read and change what the inbox holds, and hear of everything that happens. Every \
    call carries an API key, which an admin makes under Settings, Developers.";
pub const RULES: [(&str, &str); 6] = [
    (
        "Keys.",
        "Send Authorization: Bearer and the key. A test key reaches nobody: what it sends stands in the log of tests.",
    ),
    (
        "Errors",
        "are problem documents (RFC 9457): code is for programs, detail says what happened and what to do, field names the input.",
    ),
    (
        "Writes",
        "take an Idempotency-Key: sent again within a day, the same key gets the same answer, and nothing is done twice.",
    ),
    (
        "Lists",
        "have pages: next of one is after of the next; null at the end.",
    ),
    (
        "Limits:",
        "each answer says in RateLimit how many calls are left in the minute; over it, 429 says in Retry-After when to go on.",
    ),
    (
        "In the samples,",
        "POSTERN is this installation's address and KEY the key, both from the environment.",
    ),
];
pub const DOCUMENT: &str = "The same as an OpenAPI 3.1 document";
pub const BACK: &str = "Postern";
pub const CONTENTS: &str = "Contents";
pub const START: &str = "Start";
pub const TO_CONTENT: &str = "To the content";
pub const LANGUAGE: &str = "Samples in";
pub const NEEDS: &str = "The key needs";
pub const ANY_KEY: &str = "Any key may.";
pub const ASKED: &str = "In the address";
pub const SENT: &str = "Sent as JSON";
pub const ANSWERED: &str = "Answered with";
pub const REQUIRED: &str = "required";
pub const PROBLEMS: &str = "Problems";
pub const PROBLEMS_ABOUT: &str =
    "What code says in a problem document, and the status it comes with.";
