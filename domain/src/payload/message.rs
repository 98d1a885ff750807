//! One message that came in.

use super::{LONGEST_ID, Said, detail, field, moment, storable, summary, wamid};
use serde_json::Value;
use std::collections::HashMap;
use time::OffsetDateTime;

/// Who somebody is, as far as a webhook says; at least one of the two ids is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// Digits of the number.
    pub phone: Option<String>,
    /// Meta's id of the person within a business portfolio, opaque.
    pub bsuid: Option<String>,
    /// Meta's id of the person over linked portfolios, opaque.
    pub parent: Option<String>,
    /// The name they gave themselves.
    pub name: Option<String>,
    /// Their username, with its `@`.
    pub username: Option<String>,
}

/// Who wrote a message that Meta tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The contact.
    Contact,
    /// The business, on its phone.
    Phone,
}

/// A message from a contact, or to one from the business's own phone.
#[derive(Debug)]
pub(crate) struct Inbound {
    pub side: Side,
    pub wamid: String,
    pub at: OffsetDateTime,
    /// `text`, or Meta's word for another kind.
    pub kind: String,
    /// The text, or what can be read of another kind.
    pub body: String,
    /// All that stands around it.
    pub said: Said,
    /// The contact, whoever wrote.
    pub from: Person,
    /// The ids under which they will write from now on.
    pub moved_to: Option<Person>,
}

impl Inbound {
    /// Reads an element of `messages`, or of `message_echoes`. None when it lacks an id or says nothing of the contact.
    pub fn read(
        message: &Value,
        side: Side,
        contacts: &Contacts,
        received: OffsetDateTime,
    ) -> Option<Self> {
        let wamid = wamid(message)?;
        let keys = match side {
            Side::Contact => ["from_user_id", "from"],
            Side::Phone => ["to_user_id", "to"],
        };
        let from = Person::named(message, keys, contacts);
        if !from.known() {
            return None;
        }
        let (kind, body) = summary::of(message);
        let mut said = detail::of(message, &kind);
        said.told.by_phone = side == Side::Phone;
        Some(Self {
            side,
            wamid,
            at: moment(message.get("timestamp"), received),
            kind,
            body,
            said,
            from,
            moved_to: moved_to(message).filter(|_| side == Side::Contact),
        })
    }
}

/// Whether it was written in a group: many people's, and no part of any one's conversation.
pub(crate) fn of_group(message: &Value) -> bool {
    match message.get("group_id") {
        None | Some(Value::Null) => false,
        Some(Value::String(id)) => !id.is_empty(),
        Some(_) => true,
    }
}

/// The people that a change tells of, to be found by their ids: a body may tell of many, and have many messages.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    people: Vec<Person>,
    by_phone: HashMap<String, usize>,
    by_bsuid: HashMap<String, usize>,
}

impl Contacts {
    /// Reads the elements of `contacts`.
    pub fn read<'a>(contacts: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut read = Self::default();
        for contact in contacts {
            let mut person = Person::default();
            person.learn(field(contact, "user_id"));
            person.learn(field(contact, "wa_id"));
            person.parent = opaque(field(contact, "parent_user_id"));
            let profile = contact.get("profile").unwrap_or(&Value::Null);
            // A number is nobody's name.
            let told = profile.get("name").and_then(Value::as_str);
            person.name = name(told.map(str::to_owned));
            person.username = username(field(profile, "username"));
            let place = read.people.len();
            // Told of twice, it is the first that counts.
            if let Some(phone) = &person.phone {
                read.by_phone.entry(phone.clone()).or_insert(place);
            }
            if let Some(bsuid) = &person.bsuid {
                read.by_bsuid.entry(bsuid.clone()).or_insert(place);
            }
            read.people.push(person);
        }
        read
    }

    /// Who of them has an id of `person`'s. A message that names nobody is from the only one that is told of.
    fn find(&self, person: &Person) -> Option<&Person> {
        if !person.known() {
            return match self.people.as_slice() {
                [only] => Some(only),
                _ => None,
            };
        }
        let by_phone = person.phone.as_ref().and_then(|id| self.by_phone.get(id));
        let by_bsuid = person.bsuid.as_ref().and_then(|id| self.by_bsuid.get(id));
        let place = by_phone.into_iter().chain(by_bsuid).min()?;
        self.people.get(*place)
    }
}

impl Person {
    /// Whether there is an id to know them by.
    pub fn known(&self) -> bool {
        self.phone.is_some() || self.bsuid.is_some()
    }

    /// Name and username in one text, as the short way compares them: the latter behind a line feed, which no name has.
    pub fn called(&self) -> Option<String> {
        match (&self.name, &self.username) {
            (Some(name), Some(username)) => Some(format!("{name}\n{username}")),
            (name, username) => name.clone().or_else(|| username.clone()),
        }
    }

    /// Takes an id in: digits are a number, anything else an opaque id. Some gateways put the latter where a number
    /// belongs. What is too long for an id is none.
    pub fn learn(&mut self, id: Option<String>) {
        let Some(id) = id.filter(|id| id.len() <= LONGEST_ID) else {
            return;
        };
        let id = storable(id.trim());
        match phone(&id) {
            Some(digits) => self.phone = self.phone.take().or(Some(digits)),
            None if !id.is_empty() => self.bsuid = self.bsuid.take().or(Some(id)),
            None => {}
        }
    }

    /// Who is named under `keys`, with all that is told of them. What is named as an id of a person comes before what may
    /// be one in a number's place.
    pub(super) fn named(element: &Value, keys: [&str; 2], contacts: &Contacts) -> Self {
        let mut person = Self::default();
        for key in keys {
            person.learn(field(element, key));
        }
        // The id over portfolios stands under its own key: `from_parent_user_id` beside `from_user_id`.
        let parent = keys[0].replace("user_id", "parent_user_id");
        person.parent = opaque(field(element, &parent));
        person.complete(contacts);
        person
    }

    /// Adds what a change tells of them beside its elements.
    pub(super) fn complete(&mut self, contacts: &Contacts) {
        let Some(told) = contacts.find(self) else {
            // The only one who is told of, under another id: what to call them by is all that is believed of it.
            if let [only] = contacts.people.as_slice() {
                self.name = self.name.take().or_else(|| only.name.clone());
            }
            return;
        };
        for (own, told) in [
            (&mut self.phone, &told.phone),
            (&mut self.bsuid, &told.bsuid),
            (&mut self.parent, &told.parent),
            (&mut self.name, &told.name),
            (&mut self.username, &told.username),
        ] {
            if own.is_none() {
                own.clone_from(told);
            }
        }
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

/// A username as it is shown: with its `@`, no longer than one may be.
fn username(told: Option<String>) -> Option<String> {
    let told = name(told)?;
    let bare = told.trim_start_matches('@').trim();
    let whole = (1..=64).contains(&bare.chars().count()) && !bare.contains(char::is_whitespace);
    whole.then(|| format!("@{bare}"))
}

/// An id of Meta's that is none of a number's forms.
pub(crate) fn opaque(id: Option<String>) -> Option<String> {
    let id = storable(id?.trim());
    (1..=LONGEST_ID).contains(&id.len()).then_some(id)
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
    person.parent = opaque(field(system, "parent_user_id"));
    person.known().then_some(person)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(message: Value, contacts: &[Value]) -> Option<Inbound> {
        let received = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        Inbound::read(&message, Side::Contact, &Contacts::read(contacts), received)
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
            (None, some("ID.abc"), None)
        );
        let hidden = read(
            json!({"id":"w","from_user_id":"ID.abc","from_parent_user_id":"ID.ENT.abc"}),
            &[hidden],
        );
        let hidden = hidden.unwrap().from;
        assert_eq!(
            (hidden.parent, hidden.username),
            (some("ID.ENT.abc"), some("@sari"))
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
            (some("4915112345"), None, some("Sari  Dewi"))
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
            json!({"id":"w".repeat(1025),"from":"4915112345"}),
            json!({"id":"w","from":"A".repeat(257)}),
            json!({"id":"w","from":"\u{0}"}),
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
    fn an_id_in_many_messages_is_looked_up_and_a_strange_one_is_told_of_nobody() {
        let contacts: Vec<_> = [
            json!({"wa_id":"4915112345","profile":{"name":"First"}}),
            json!({"wa_id":"4915112345","user_id":"DE.second","profile":{"name":"Second"}}),
            json!(7),
            json!({"user_id":{},"profile":"x"}),
        ]
        .into();
        assert_eq!(
            from(json!({"id":"w","from":"4915112345"}), &contacts)
                .2
                .as_deref(),
            Some("First")
        );
        let second = from(json!({"id":"w","from_user_id":"DE.second"}), &contacts);
        assert_eq!(
            (second.0.as_deref(), second.2.as_deref()),
            (Some("4915112345"), Some("Second"))
        );
        assert!(read(json!({"id":"w"}), &contacts).is_none());
        // An id of megabytes would be copied for each message of theirs.
        let long = json!({"wa_id":"4915112345","user_id":"A".repeat(257)});
        assert_eq!(from(json!({"id":"w","from":"4915112345"}), &[long]).1, None);
    }

    #[test]
    fn a_username_has_its_sign_once_and_no_room_for_words() {
        for (told, shown) in [
            ("@sari", Some("@sari")),
            ("sari.dewi_1", Some("@sari.dewi_1")),
            ("@@sari", Some("@sari")),
            ("@", None),
            ("", None),
            ("sari dewi", None),
            (&"a".repeat(65), None),
        ] {
            assert_eq!(username(Some(told.to_owned())).as_deref(), shown, "{told}");
        }
    }

    #[test]
    fn a_message_with_a_groups_id_is_a_groups() {
        for (message, group) in [
            (json!({}), false),
            (json!({"group_id":null}), false),
            (json!({"group_id":""}), false),
            (json!({"group_id":"Y2FwaV9ncm91cDox"}), true),
            (json!({"group_id":7}), true),
        ] {
            assert_eq!(of_group(&message), group, "{message}");
        }
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
