//! What each role may do: the one table. The server asks it before it acts, pages ask it before they show, and the
//! documents print it.

use crate::Role;

/// Something that a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Read conversations and numbers, reply, write notes.
    Answer,
    /// Give conversations to colleagues.
    Assign,
    /// Add, change, label and merge contacts, and note something of them.
    Contacts,
    /// Make portal links, set their PINs anew, end them.
    Portal,
    /// Say which fields contacts have; rename and delete labels.
    Fields,
    /// Take contacts in from a file, and take that back.
    Import,
    /// Make tasks and work on those that they see.
    Tasks,
    /// Delete tasks for good.
    DeleteTasks,
    /// Make teams, say who is in them and what comes to them.
    Teams,
    /// See every conversation, also where agents see their own and their teams' alone.
    SeeAll,
    /// Connect numbers, look after them and ask for templates.
    Numbers,
    /// Invite, approve, change roles, suspend, remove, end access.
    Team,
    /// Name the workspace, choose its logo, colour, time zone and hours.
    Workspace,
    /// Choose whether agents see their own and their teams' conversations alone.
    Limit,
    /// Apply again what was not understood.
    Operate,
    /// Read who did what.
    Audit,
    /// Take records away as files.
    Export,
    /// Make API keys and webhook endpoints, and read their logs.
    Develop,
    /// Make and unmake admins.
    Admins,
    /// Give the workspace to somebody else, make and unmake owners.
    Ownership,
    /// Delete the workspace for good.
    Erase,
}

/// The table: a right, the least role that has it, and what it is in words.
pub const RIGHTS: [(Right, Role, &str); 21] = [
    (
        Right::Answer,
        Role::Agent,
        "Read conversations and numbers, reply, write notes",
    ),
    (
        Right::Assign,
        Role::Agent,
        "Give conversations to colleagues, close and reopen them",
    ),
    (
        Right::Contacts,
        Role::Agent,
        "Add, change, label and merge contacts, note something of them",
    ),
    (
        Right::Fields,
        Role::Manager,
        "Say which fields contacts have, rename and delete labels",
    ),
    (
        Right::Import,
        Role::Manager,
        "Import contacts from a file, and undo that",
    ),
    (
        Right::Portal,
        Role::Agent,
        "Make portal links for contacts, set their PINs anew, revoke them",
    ),
    (
        Right::Tasks,
        Role::Agent,
        "Make tasks, work on those that they see, share them with the contact",
    ),
    (Right::DeleteTasks, Role::Manager, "Delete tasks for good"),
    (
        Right::Teams,
        Role::Manager,
        "Make teams, say who is in them and which numbers' conversations come to them",
    ),
    (
        Right::SeeAll,
        Role::Manager,
        "See and give away every conversation, also where agents see only their own and their teams'",
    ),
    (
        Right::Numbers,
        Role::Admin,
        "Connect numbers, look after them, choose what customers see",
    ),
    (
        Right::Team,
        Role::Admin,
        "Invite, approve, suspend and remove members, change roles, end access",
    ),
    (
        Right::Workspace,
        Role::Admin,
        "Name the workspace, choose its logo, colour, time zone and hours",
    ),
    (
        Right::Limit,
        Role::Admin,
        "Choose whether agents see only their own and their teams' conversations",
    ),
    (
        Right::Operate,
        Role::Admin,
        "Apply again what was not understood",
    ),
    (
        Right::Audit,
        Role::Admin,
        "Read the audit, and take it away as a file",
    ),
    (
        Right::Export,
        Role::Admin,
        "Take contacts, conversations, tasks and all other records away as CSV files",
    ),
    (
        Right::Develop,
        Role::Admin,
        "Make API keys and webhook endpoints, read their logs",
    ),
    (Right::Admins, Role::Admin, "Make and unmake admins"),
    (
        Right::Ownership,
        Role::Owner,
        "Make and unmake owners, hand the workspace over",
    ),
    (Right::Erase, Role::Owner, "Delete the workspace for good"),
];

impl Right {
    /// The least role that has it.
    pub fn role(self) -> Role {
        let found = RIGHTS.iter().find(|(right, ..)| *right == self);
        // Whatever does not stand in the table is an owner's.
        found.map_or(Role::Owner, |(_, role, _)| *role)
    }
}

impl Role {
    /// Whether this role has that right.
    pub fn may(self, right: Right) -> bool {
        self >= right.role()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_print_the_table() {
        let text = include_str!("../../docs/SECURITY.md");
        let (_, rest) = text.split_once("<!-- rights -->\n").expect("the mark");
        let (printed, _) = rest.split_once("<!-- /rights -->").expect("its end");
        let mut table = String::from(
            "| what | Agent | Manager | Admin | Owner |\n| --- | --- | --- | --- | --- |\n",
        );
        for (right, _, words) in RIGHTS {
            let cells = [Role::Agent, Role::Manager, Role::Admin, Role::Owner]
                .map(|role| if role.may(right) { "yes" } else { "" });
            table += ["| ", words, " | ", &cells.join(" | "), " |\n"]
                .concat()
                .as_str();
        }
        assert_eq!(printed, table);
    }

    #[test]
    fn every_right_stands_in_the_table_once_and_higher_roles_have_all_of_the_lower() {
        for (at, (right, role, _)) in RIGHTS.iter().enumerate() {
            assert_eq!(right.role(), *role);
            assert!(RIGHTS[at + 1..].iter().all(|(other, ..)| other != right));
            assert!(Role::Owner.may(*right));
            for lower in [Role::Agent, Role::Manager, Role::Admin] {
                assert_eq!(lower.may(*right), lower >= *role);
            }
        }
    }
}
