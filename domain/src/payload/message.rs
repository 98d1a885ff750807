//! One message that came in.

use super::{field, moment, storable, summary};
use serde_json::Value;
use time::OffsetDateTime;

/// Who somebody is, as far as a webhook says; at least one of the two ids is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// Digits of the number.
    pub phone: Option<String>,
    /// Meta's id of the person within a business portfolio, opaque.
    pub bsuid: Option<String>,
    /// The name they gave themselves, or their username.
    pub name: Option<String>,
}

/// A message from a contact.
#[derive(Debug)]
pub(crate) struct Inbound {
    pub wamid: String,
    pub at: OffsetDateTime,
    /// `text`, or Meta's word for another kind.
    pub kind: String,
    /// The text, or what can be read of another kind.
    pub body: String,
    pub from: Person,
    /// The ids under which they will write from now on.
    pub moved_to: Option<Person>,
}

impl Inbound {
    /// Reads an element of `messages`. None when it lacks an id or says nothing of who wrote it.
    pub fn read(message: &Value, contacts: &[Value], received: OffsetDateTime) -> Option<Self> {
        let wamid = storable(&field(message, "id")?);
        let from = Person::who_wrote(message, contacts);
        if wamid.is_empty() || !from.known() {
            return None;
        }
        let (kind, body) = summary::of(message);
        Some(Self {
            wamid,
            at: moment(message.get("timestamp"), received),
            kind,
            body,
            from,
            moved_to: moved_to(message),
        })
    }
}

impl Person {
    /// Whether there is an id to know them by.
    pub fn known(&self) -> bool {
        self.phone.is_some() || self.bsuid.is_some()
    }

    /// Takes an id in: digits are a number, anything else an opaque id. Some gateways put the latter where a number
    /// belongs.
    pub fn learn(&mut self, id: Option<String>) {
        let Some(id) = id else { return };
        let id = storable(id.trim());
        match phone(&id) {
            Some(digits) => self.phone = self.phone.take().or(Some(digits)),
            None if !id.is_empty() => self.bsuid = self.bsuid.take().or(Some(id)),
            None => {}
        }
    }

    fn who_wrote(message: &Value, contacts: &[Value]) -> Self {
        let mut person = Self::default();
        // What is named as an id of a person comes before what may be one in a number's place.
        person.learn(field(message, "from_user_id"));
        person.learn(field(message, "from"));
        let told = contacts.iter().find(|contact| {
            let mut listed = Self::default();
            listed.learn(field(contact, "user_id"));
            listed.learn(field(contact, "wa_id"));
            // A message that names nobody is from the only contact that is told of.
            (contacts.len() == 1 && !person.known()) || listed.shares_an_id_with(&person)
        });
        if let Some(contact) = told {
            person.learn(field(contact, "user_id"));
            person.learn(field(contact, "wa_id"));
            let profile = contact.get("profile").unwrap_or(&Value::Null);
            person.name = name(field(profile, "name")).or_else(|| name(field(profile, "username")));
        }
        person
    }

    fn shares_an_id_with(&self, other: &Self) -> bool {
        (self.phone.is_some() && self.phone == other.phone)
            || (self.bsuid.is_some() && self.bsuid == other.bsuid)
    }
}

/// Digits of a number in international form, however it is written.
fn phone(id: &str) -> Option<String> {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    let others = id
        .chars()
        .all(|c| c.is_ascii_digit() || "+ -()".contains(c));
    (others && (5..=20).contains(&digits.len())).then_some(digits)
}

/// A name for a list: one line, of a length that a person would write.
fn name(name: Option<String>) -> Option<String> {
    let name = name?;
    let line: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// Where somebody who changed their number, or whose id was made anew, is found from now on.
fn moved_to(message: &Value) -> Option<Person> {
    let system = message
        .get("system")
        .filter(|_| message.get("type").and_then(Value::as_str) == Some("system"))?;
    let changed = field(system, "type")?;
    if !changed.contains("changed_number") && !changed.contains("changed_user_id") {
        return None;
    }
    let mut person = Person::default();
    person.learn(field(system, "user_id"));
    person.learn(field(system, "wa_id"));
    person.learn(field(system, "new_wa_id"));
    person.known().then_some(person)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(message: Value, contacts: &[Value]) -> Option<Inbound> {
        let received = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        Inbound::read(&message, contacts, received)
    }

    fn from(
        message: Value,
        contacts: &[Value],
    ) -> (Option<String>, Option<String>, Option<String>) {
        let person = read(message, contacts).unwrap().from;
        (person.phone, person.bsuid, person.name)
    }

    #[test]
    fn who_wrote_is_known_by_whatever_ids_there_are() {
        let some = |text: &str| Some(text.to_owned());
        let contact =
            json!({"wa_id":"6281","user_id":"ID.abc","profile":{"name":" Sari\u{0}\nDewi "}});
        let contact = |phone: &str| {
            let mut contact = contact.clone();
            contact["wa_id"] = json!(phone);
            contact
        };
        let all = (some("62811112222"), some("ID.abc"), some("Sari  Dewi"));
        assert_eq!(
            from(
                json!({"id":"w","from":"62811112222"}),
                &[contact("62811112222")]
            ),
            all
        );
        assert_eq!(
            from(
                json!({"id":"w","from":"+62 811-112222"}),
                &[contact("62811112222")]
            )
            .0,
            some("62811112222")
        );
        assert_eq!(
            from(
                json!({"id":"w","from":62_811_112_222_u64}),
                &[contact("62811112222")]
            ),
            all
        );
        // Somebody who hides their number.
        let hidden = json!({"user_id":"ID.abc","wa_id":"","profile":{"username":"@sari"}});
        assert_eq!(
            from(
                json!({"id":"w","from":"","from_user_id":"ID.abc"}),
                std::slice::from_ref(&hidden)
            ),
            (None, some("ID.abc"), some("@sari"))
        );
        // The id in a number's place.
        assert_eq!(
            from(
                json!({"id":"w","from":"ID.abc"}),
                &[json!({"wa_id":"ID.abc","profile":{"name":"S"}})]
            ),
            (None, some("ID.abc"), some("S"))
        );
        // One contact told of, none named in the message; and a contact who is somebody else.
        assert_eq!(from(json!({"id":"w"}), &[contact("62811112222")]), all);
        assert_eq!(
            from(
                json!({"id":"w","from":"4915112345"}),
                &[contact("62811112222")]
            ),
            (some("4915112345"), None, None)
        );
        assert_eq!(from(json!({"id":"w","from":"4915112345"}), &[]).2, None);
    }

    #[test]
    fn without_an_id_or_a_sender_there_is_no_message() {
        for message in [
            json!({}),
            json!(null),
            json!("x"),
            json!({"id":"w"}),
            json!({"id":"","from":"4915112345"}),
            json!({"id":"\u{0}","from":"4915112345"}),
            json!({"id":{},"from":"4915112345"}),
            json!({"id":"w","from":{}}),
        ] {
            assert!(read(message.clone(), &[]).is_none(), "{message}");
        }
        // Two contacts, and no word of which of them wrote.
        let two = [json!({"wa_id":"4915112345"}), json!({"wa_id":"4915112346"})];
        assert!(read(json!({"id":"w"}), &two).is_none());
    }

    #[test]
    fn a_changed_number_says_where_they_moved() {
        let system = |system: Value| {
            let message = json!({"id":"w","from":"4915112345","type":"system","system":system});
            read(message, &[]).unwrap().moved_to
        };
        let moved =
            system(json!({"type":"user_changed_number","wa_id":"4915199999","body":"A changed"}))
                .unwrap();
        assert_eq!(moved.phone.as_deref(), Some("4915199999"));
        let moved =
            system(json!({"type":"customer_changed_number","new_wa_id":"4915199999"})).unwrap();
        assert_eq!(moved.phone.as_deref(), Some("4915199999"));
        let moved = system(json!({"type":"user_changed_user_id","user_id":"DE.x"})).unwrap();
        assert_eq!(moved.bsuid.as_deref(), Some("DE.x"));
        assert!(system(json!({"type":"customer_identity_changed","wa_id":"4915199999"})).is_none());
    }
}
