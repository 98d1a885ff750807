//! The rows, as COPY takes them: the same ones from the same plan.

use std::io::Write;

use anyhow::{Result, bail};

use super::{Size, Tenant};

/// What all rows are made from.
pub struct Plan<'a> {
    tenants: &'a [Tenant],
    size: Size,
    /// Seconds since 1970: nothing is newer.
    now: i64,
}

/// A contact with its conversation: one of each, with the same number within the workspace.
struct Talk<'a> {
    tenant: &'a Tenant,
    /// Of the workspace, from 0.
    rank: u32,
    /// Of the conversation, from 0.
    place: u32,
    /// The newest message, in seconds.
    last_at: i64,
    messages: u32,
}

/// The columns that are written, in their order.
pub fn columns(table: &str) -> &'static str {
    match table {
        "contact" => "workspace_id, id, name, phone, created_at",
        "contact_identity" => "workspace_id, kind, scope, value, contact_id",
        "contact_term" => "workspace_id, term, contact_id",
        "conversation" => {
            "workspace_id, id, contact_id, channel_id, state, assignee_id, last_message_id, last_kind, last_text, \
             last_direction, last_status, last_at, unread, heard_at, opened_at"
        }
        "message" => {
            "workspace_id, id, conversation_id, channel_id, direction, author_id, kind, body, at, received_at, wamid, \
             status, status_at"
        }
        "message_key" => "workspace_id, digest",
        _ => "",
    }
}

impl<'a> Plan<'a> {
    pub fn new(tenants: &'a [Tenant], size: Size, now: i64) -> Self {
        Self { tenants, size, now }
    }

    /// Writes the rows of that table.
    pub fn write(&self, table: &str, out: &mut dyn Write) -> Result<()> {
        for talk in self.talks() {
            match table {
                "contact" => talk.contact(out)?,
                "contact_identity" => talk.identities(out)?,
                "contact_term" => talk.terms(out)?,
                "conversation" => talk.conversation(out)?,
                "message" => talk.each(|message| message.row(out))?,
                "message_key" => talk.each(|message| message.key(out))?,
                _ => bail!("nothing is loaded into {table}"),
            }
        }
        Ok(())
    }

    /// All of them, the workspaces one after another. The newest stand first, as those who write most.
    fn talks(&self) -> impl Iterator<Item = Talk<'a>> {
        let (size, now) = (self.size, self.now);
        (0..).zip(self.tenants).flat_map(move |(rank, tenant)| {
            (0..tenant.customers).map(move |place| Talk {
                tenant,
                rank,
                place,
                // Over the last sixty days, whatever there is.
                last_at: now
                    - 60
                    - i64::from(place) * (60 * 86_400) / i64::from(tenant.customers.max(1)),
                messages: if rank == 0 && place == 0 {
                    size.longest
                } else {
                    length(place, size)
                },
            })
        })
    }
}

/// How many messages a conversation has: a few in most, many in some, ten in the mean when there are ten to each.
fn length(place: u32, size: Size) -> u32 {
    const LENGTHS: [u32; 10] = [30, 20, 12, 10, 8, 6, 5, 4, 3, 2];
    let mean = size.messages / size.conversations.max(1);
    (LENGTHS[place as usize % 10] * mean / 10).max(1)
}

const NAMES: [&str; 12] = [
    "Amina", "Bruno", "Chen", "Dewi", "Elif", "Farid", "Grace", "Hana", "Ivan", "Jorge", "Kofi",
    "Lena",
];
const LAST: [&str; 10] = [
    "Silva", "Santoso", "Haddad", "Okafor", "Kaya", "Novak", "Sato", "Moreau", "Wang", "Costa",
];
const LINES: [&str; 8] = [
    "Hello, is my order on its way?",
    "Yes, it left this morning and should reach you tomorrow before noon.",
    "Thank you! Can I still change the address? I shall be at work then, not at home.",
    "Of course: tell me the new one and I will pass it on to the courier.",
    "12 Harbour Street, second floor. The bell says Moreau.",
    "Done. You will get a message when the courier is near.",
    "Perfect",
    "Anything else I can do for you?",
];

impl Talk<'_> {
    fn id(&self, kind: u32, at: i64, number: u32) -> String {
        id(at, kind, self.rank, self.place, number)
    }

    fn contact_id(&self) -> String {
        self.id(1, self.last_at - 90 * 86_400, 0)
    }

    fn conversation_id(&self) -> String {
        self.id(2, self.last_at - 89 * 86_400, 0)
    }

    fn digits(&self) -> u64 {
        self.tenant.first_customer + u64::from(self.place)
    }

    fn name(&self) -> (&'static str, &'static str) {
        let place = self.place as usize;
        (NAMES[place % 12], LAST[place / 12 % 10])
    }

    fn contact(&self, out: &mut dyn Write) -> Result<()> {
        let (first, last) = self.name();
        writeln!(
            out,
            "{}\t{}\t{first} {last}\t+{}\t{}",
            self.tenant.workspace,
            self.contact_id(),
            self.digits(),
            stamp(self.last_at - 90 * 86_400),
        )?;
        Ok(())
    }

    /// The number, and Meta's id of the person as sim's load writes it.
    fn identities(&self, out: &mut dyn Write) -> Result<()> {
        let (workspace, digits, contact) =
            (&self.tenant.workspace, self.digits(), self.contact_id());
        writeln!(out, "{workspace}\tphone\t\t{digits}\t{contact}")?;
        let scope = &self.tenant.waba_id;
        writeln!(out, "{workspace}\tbsuid\t{scope}\tUS.9{digits}\t{contact}")?;
        Ok(())
    }

    /// As `contact::terms` makes them.
    fn terms(&self, out: &mut dyn Write) -> Result<()> {
        let (first, last) = self.name();
        let digits = self.digits().to_string();
        let words = [first.to_lowercase(), last.to_lowercase()];
        let endings = (0..digits.len() - 3).map(|from| digits[from..].to_owned());
        let contact = self.contact_id();
        for term in words.into_iter().chain(endings) {
            writeln!(out, "{}\t{term}\t{contact}", self.tenant.workspace)?;
        }
        Ok(())
    }

    fn conversation(&self, out: &mut dyn Write) -> Result<()> {
        let last = self.message(self.messages - 1);
        let assignee = if self.place % 10 < 3 {
            &self.tenant.member
        } else {
            "\\N"
        };
        let unread = if last.inward() && self.place % 5 < 2 {
            1 + self.place % 4
        } else {
            0
        };
        writeln!(
            out,
            "{}\t{}\t{}\t{}\topen\t{assignee}\t{}\ttext\t{}\t{}\t{}\t{}\t{unread}\t{}\t{}",
            self.tenant.workspace,
            self.conversation_id(),
            self.contact_id(),
            self.tenant.channel,
            last.id(),
            last.body(),
            last.direction(),
            last.status(),
            stamp(self.last_at),
            stamp(if last.inward() {
                last.at()
            } else {
                last.at() - APART
            }),
            stamp(self.message(0).at()),
        )?;
        Ok(())
    }

    fn each(&self, mut write: impl FnMut(Message<'_>) -> Result<()>) -> Result<()> {
        (0..self.messages).try_for_each(|number| write(self.message(number)))
    }

    fn message(&self, number: u32) -> Message<'_> {
        Message { talk: self, number }
    }
}

/// Between two messages of a thread, in seconds.
const APART: i64 = 170;

/// A message of a talk: the customer's and an agent's in turn, beginning with the customer.
struct Message<'a> {
    talk: &'a Talk<'a>,
    number: u32,
}

impl Message<'_> {
    fn inward(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    fn at(&self) -> i64 {
        self.talk.last_at - i64::from(self.talk.messages - 1 - self.number) * APART
    }

    fn id(&self) -> String {
        self.talk.id(3, self.at(), self.number)
    }

    fn body(&self) -> &'static str {
        LINES[(self.number as usize + self.talk.place as usize * 2) % 8]
    }

    fn direction(&self) -> &'static str {
        if self.inward() { "in" } else { "out" }
    }

    fn status(&self) -> &'static str {
        if self.inward() { "received" } else { "read" }
    }

    fn row(&self, out: &mut dyn Write) -> Result<()> {
        let author = if self.inward() {
            "\\N"
        } else {
            &self.talk.tenant.member
        };
        let (id, at) = (self.id(), stamp(self.at()));
        writeln!(
            out,
            "{}\t{id}\t{}\t{}\t{}\t{author}\ttext\t{}\t{at}\t{at}\twamid.HBgLMTIwMDAwMDAwMDAVAgA{}\t{}\t{at}",
            self.talk.tenant.workspace,
            self.talk.conversation_id(),
            self.talk.tenant.channel,
            self.direction(),
            self.body(),
            id.replace('-', ""),
            self.status(),
        )?;
        Ok(())
    }

    /// What remembers it when it is purged: as long as a keyed hash, and as scattered.
    fn key(&self, out: &mut dyn Write) -> Result<()> {
        use sha2::{Digest, Sha256};
        if self.inward() {
            let digest = crate::web::pack::hex(&Sha256::digest(self.id()));
            writeln!(out, "{}\t\\\\x{digest}", self.talk.tenant.workspace)?;
        }
        Ok(())
    }
}

/// An id of version 7 that is the same each time: ordered by its time, told apart by what it is of.
fn id(at: i64, kind: u32, rank: u32, place: u32, number: u32) -> String {
    let millis = u64::try_from(at).unwrap_or_default() * 1000;
    format!(
        "{:08x}-{:04x}-7{:03x}-8{:03x}-{:06x}{:06x}",
        millis >> 16,
        millis & 0xffff,
        kind,
        rank & 0xfff,
        place & 0xff_ffff,
        number & 0xff_ffff
    )
}

/// Seconds since 1970 as PostgreSQL reads them.
fn stamp(at: i64) -> String {
    // Howard Hinnant's civil_from_days.
    let (days, rest) = (at.div_euclid(86_400), at.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}+00",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_written_as_dates() {
        for (at, expected) in [
            (0, "1970-01-01 00:00:00+00"),
            (951_782_399, "2000-02-28 23:59:59+00"),
            (951_782_400, "2000-02-29 00:00:00+00"),
            (1_798_761_599, "2026-12-31 23:59:59+00"),
        ] {
            assert_eq!(stamp(at), expected);
        }
    }

    #[test]
    fn every_row_has_its_columns_and_no_id_comes_twice() {
        let size = Size {
            workspaces: 3,
            conversations: 100,
            messages: 1000,
            longest: 50,
        };
        let tenants = super::super::plan(size).expect("a plan");
        let plan = Plan::new(&tenants, size, 1_790_000_000);
        for table in super::super::TABLES {
            let mut out = Vec::new();
            plan.write(table, &mut out).expect("rows");
            let text = String::from_utf8(out).expect("text");
            let width = columns(table).split(',').count();
            for line in text.lines() {
                assert_eq!(line.split('\t').count(), width, "{table}: {line}");
            }
            let mut rows: Vec<&str> = text.lines().collect();
            let count = rows.len();
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(rows.len(), count, "{table}");
        }
    }
}
