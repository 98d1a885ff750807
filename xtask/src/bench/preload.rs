//! The data of a busy installation: contacts, conversations and messages, in the sizes that people really have.

mod rows;

use anyhow::{Context, Result};

use super::{
    Shared,
    database::{Database, Role},
    stage::Tenant,
};
use crate::shell;
use crate::stack::random_hex;

/// Goes up when the data is made differently: folders with the old one are loaded anew.
pub const VERSION: &str = "1";

const WORKSPACES: u32 = 50;

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub workspaces: u32,
    pub conversations: u32,
    pub messages: u32,
    /// Messages of the longest thread: the first conversation of the largest workspace.
    pub longest: u32,
}

impl Size {
    pub fn of(shared: &Shared) -> Self {
        let whole = |most: u32| {
            if shared.debug {
                most / 100
            } else {
                most * shared.scale.max(1)
            }
        };
        Self {
            workspaces: WORKSPACES,
            conversations: whole(100_000),
            messages: whole(1_000_000),
            longest: 5_000,
        }
    }
}

/// The workspaces before they exist: names, numbers and sizes. Zipf's law: the largest has twice what the next one has.
pub fn plan(size: Size) -> Result<Vec<Tenant>> {
    let sum: f64 = (1..=size.workspaces)
        .map(|rank| 1.0 / f64::from(rank))
        .sum();
    (1..=size.workspaces)
        .map(|rank| {
            let share = f64::from(size.conversations) / f64::from(rank) / sum;
            Ok(Tenant {
                workspace: String::new(),
                channel: String::new(),
                member: String::new(),
                phone_number_id: (106_540_000_000_000_u64 + u64::from(rank)).to_string(),
                waba_id: (102_290_000_000_000_u64 + u64::from(rank)).to_string(),
                token: format!("EAA{}", random_hex(24)?),
                digits: (15_550_000_000_u64 + u64::from(rank)).to_string(),
                first_customer: 12_000_000_000 + u64::from(rank) * 10_000_000,
                customers: rounded(share).max(1),
            })
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a u32 that is not negative"
)]
fn rounded(share: f64) -> u32 {
    share.round() as u32
}

/// Reads the ids that the server gave the channels and the owner's memberships.
pub fn learn_ids(database: &Database, tenants: &mut [Tenant]) -> Result<()> {
    let told = database.ask(
        Role::Admin,
        "SELECT c.workspace_id, c.id, m.id, c.phone_number_id
           FROM channel c JOIN member m ON m.workspace_id = c.workspace_id",
    )?;
    for line in told.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [workspace, channel, member, number] = fields[..] else {
            continue;
        };
        if let Some(tenant) = tenants.iter_mut().find(|one| one.phone_number_id == number) {
            workspace.clone_into(&mut tenant.workspace);
            channel.clone_into(&mut tenant.channel);
            member.clone_into(&mut tenant.member);
        }
    }
    let all = tenants.iter().all(|tenant| !tenant.channel.is_empty());
    all.then_some(()).context("not every number was connected")
}

const TABLES: [&str; 6] = [
    "contact",
    "contact_identity",
    "contact_term",
    "conversation",
    "message",
    "message_key",
];

/// Loads everything in one transaction of the owner's, foreign keys and all, then lets PostgreSQL look at it.
pub fn load(database: &Database, tenants: &[Tenant], size: Size) -> Result<()> {
    shell::say(format_args!(
        "loading {} conversations and {} messages",
        size.conversations, size.messages
    ));
    let now: i64 = database.number(Role::Owner, "SELECT extract(epoch FROM now())::bigint")?;
    let plan = rows::Plan::new(tenants, size, now);
    database.pour(Role::Owner, |out| {
        writeln!(out, "BEGIN;")?;
        for table in TABLES {
            writeln!(out, "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;")?;
        }
        for table in TABLES {
            writeln!(out, "COPY {table} ({}) FROM STDIN;", rows::columns(table))?;
            plan.write(table, out)?;
            writeln!(out, "\\.")?;
        }
        for table in TABLES {
            writeln!(out, "ALTER TABLE {table} FORCE ROW LEVEL SECURITY;")?;
        }
        writeln!(out, "COMMIT;")?;
        Ok(())
    })?;
    vacuum(database)
}

/// Statistics and visibility as on a machine that has run for a while.
pub fn vacuum(database: &Database) -> Result<()> {
    database.ask(Role::Owner, "VACUUM ANALYZE")?;
    database.ask(Role::Admin, "CHECKPOINT")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_workspace_is_large_and_all_of_them_hold_what_was_asked_for() {
        let size = Size::of(&Shared {
            scale: 1,
            ..Shared::default()
        });
        let plan = plan(size).expect("a plan");
        let sum: u32 = plan.iter().map(|tenant| tenant.customers).sum();
        assert!(sum.abs_diff(size.conversations) < 50, "{sum}");
        assert_eq!(plan.len(), 50);
        assert!(plan[0].customers > 20_000 && plan[49].customers > 400);
        assert_eq!(plan[0].customers / plan[1].customers, 2);
    }
}
