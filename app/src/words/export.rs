//! Taking records away as files.

use postern_types::ExportKind;

pub const TITLE: &str = "Export";
pub const LEAD: &str = "Everything that this workspace holds, as CSV files for a spreadsheet or another program. Whoever takes something away stands in the audit.";
pub const HINT: &str = "A text that a spreadsheet would take for a formula has an apostrophe before it; so has each phone number, whose + would begin one. Times are in UTC.";
pub const NOT_YOURS: &str = "Admins export records";
pub const NOT_YOURS_HINT: &str = "Ask one of them when you need a file.";
pub const AUDIT: &str = "The audit has a download of its own, on its page.";
pub const DOWNLOAD: &str = "Download";
pub const CONTACTS: &str = "Export";
pub const CONTACTS_TITLE: &str = "Download the contacts that are shown as CSV";
pub const NOT_DOWNLOADED: &str = "The file was not made.";
pub const NOT_SAVED: &str = "The browser did not make the file. Try again.";

pub fn download_of(kind: ExportKind) -> String {
    format!("{DOWNLOAD} {}", name(kind))
}

/// How far it is.
pub fn so_far(lines: u32) -> String {
    format!("{lines} records so far…")
}

pub fn done(lines: u32) -> String {
    match lines {
        0 => "The file is downloaded. There was no record to put into it.".to_owned(),
        1 => "The file is downloaded: 1 record.".to_owned(),
        n => format!("The file is downloaded: {n} records."),
    }
}

pub fn file_name(kind: ExportKind) -> String {
    format!("postern-{}.csv", kind.word())
}

/// What a kind is called.
pub fn name(kind: ExportKind) -> &'static str {
    match kind {
        ExportKind::Contacts => "Contacts",
        ExportKind::Notes => "Notes of contacts",
        ExportKind::Conversations => "Conversations",
        ExportKind::Messages => "Messages",
        ExportKind::Files => "List of files",
        ExportKind::Tasks => "Tasks",
        ExportKind::TaskItems => "Lists of tasks",
        ExportKind::TaskComments => "Comments on tasks",
        ExportKind::TaskDocuments => "Documents of tasks",
        ExportKind::Links => "Portal links",
        ExportKind::Members => "Members",
        ExportKind::Teams => "Teams",
        ExportKind::Labels => "Labels",
        ExportKind::Fields => "Fields of contacts",
        ExportKind::Channels => "Numbers",
        ExportKind::Templates => "Templates",
    }
}

/// One line about it.
pub fn about(kind: ExportKind) -> &'static str {
    match kind {
        ExportKind::Contacts => "Names, numbers, addresses, owners, labels and your own fields.",
        ExportKind::Notes => "What members noted of contacts, who and when.",
        ExportKind::Conversations => "With whom, by which number, whose they are, their labels.",
        ExportKind::Messages => "Every message and every note, who wrote it, what became of it.",
        ExportKind::Files => "What was sent and brought: name, type and size, not its contents.",
        ExportKind::Tasks => "What is to be done, for whom, by whom and until when.",
        ExportKind::TaskItems => "The lines to be ticked off.",
        ExportKind::TaskComments => "What members and contacts wrote on tasks.",
        ExportKind::TaskDocuments => "What belongs to tasks, and what was asked for.",
        ExportKind::Links => "For whom and until when, without what opens them.",
        ExportKind::Members => "Who works here or did, in which role.",
        ExportKind::Teams => "Names, and who is in them.",
        ExportKind::Labels => "Names, colours, and how many wear them.",
        ExportKind::Fields => "The fields that you made for contacts.",
        ExportKind::Channels => "Your WhatsApp numbers, without their tokens.",
        ExportKind::Templates => "In WhatsApp's own form.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_and_a_file_of_its_own() {
        let mut names: Vec<_> = ExportKind::ALL.into_iter().map(name).collect();
        let mut files: Vec<_> = ExportKind::ALL.into_iter().map(file_name).collect();
        names.sort_unstable();
        names.dedup();
        files.sort();
        files.dedup();
        assert_eq!((names.len(), files.len()), (16, 16));
    }
}
