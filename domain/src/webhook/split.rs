//! A body split by workspace: each gets what is about its own numbers, and only what the signer speaks for.

use super::{Part, body::Body, door::Signer};
use crate::{
    Env, Result,
    db::Global,
    payload::{Change, Peeled},
    quarantine::{Reason, Stranger},
};
use postern_types::{ChannelId, WorkspaceId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A body and whom its pieces go to. They are cut out one by one, so that a body takes no more room than itself and one
/// of them, whatever it names.
pub(super) struct Split<'a> {
    body: Body<'a>,
    /// At most one a workspace, in the order of their ids.
    pub goals: Vec<Goal>,
    /// The changes that go to nobody.
    strange: BTreeMap<Reason, Vec<usize>>,
}

/// A workspace, one of its channels that the signer speaks for, and the changes that are for it.
pub(super) struct Goal {
    workspace: WorkspaceId,
    channel: ChannelId,
    changes: Vec<usize>,
}

/// Finds whom the changes of a body are for.
pub(super) async fn split<'a>(env: &Env, signer: &Signer, body: Body<'a>) -> Result<Split<'a>> {
    let mut split = Split {
        body,
        goals: Vec::new(),
        strange: BTreeMap::new(),
    };
    let Some(peeled) = &split.body.peeled else {
        return Ok(split);
    };
    let routes = Routes::find(env, signer, peeled).await?;
    let mut goals: BTreeMap<WorkspaceId, Goal> = BTreeMap::new();
    for (place, change) in peeled.changes.iter().enumerate() {
        match routes.of(peeled, change) {
            Ok(found) => {
                for (workspace, channel) in found {
                    let goal = goals.entry(workspace).or_insert(Goal {
                        workspace,
                        channel,
                        changes: Vec::new(),
                    });
                    goal.changes.push(place);
                }
            }
            Err(reason) => split.strange.entry(reason).or_default().push(place),
        }
    }
    split.goals = goals.into_values().collect();
    Ok(split)
}

impl Split<'_> {
    /// What a workspace gets.
    pub fn part(&self, goal: &Goal) -> Part {
        Part {
            workspace: goal.workspace,
            channel: goal.channel,
            body: self.body.envelope(&goal.changes),
        }
    }

    /// What goes to nobody, a piece for each reason.
    pub fn strangers(&self) -> Vec<Stranger> {
        let Some(peeled) = &self.body.peeled else {
            return vec![Stranger {
                reason: Reason::Unreadable,
                piece: self.body.bytes.to_vec(),
            }];
        };
        let mut strangers: Vec<_> = self
            .strange
            .iter()
            .map(|(reason, changes)| Stranger {
                reason: *reason,
                piece: self.body.envelope(changes),
            })
            .collect();
        if !peeled.odd.is_empty() {
            strangers.push(Stranger {
                reason: Reason::Unreadable,
                piece: self.body.list(&peeled.odd),
            });
        }
        strangers
    }
}

struct Route {
    workspace: WorkspaceId,
    channel: ChannelId,
    covered: bool,
}

/// Whose a number is.
pub(super) struct Owner {
    number: String,
    pub workspace: WorkspaceId,
    pub channel: ChannelId,
    pub own_app: bool,
}

/// Whose the numbers are; those that nobody has are left out.
pub(super) async fn owners(global: &mut Global, numbers: &[String]) -> Result<Vec<Owner>> {
    let owners = sqlx::query_as!(
        Owner,
        r#"SELECT phone_number_id AS "number!", workspace_id AS "workspace!: WorkspaceId",
                  channel_id AS "channel!: ChannelId", own_app AS "own_app!"
             FROM route_numbers($1)"#,
        numbers,
    )
    .fetch_all(global.conn())
    .await?;
    Ok(owners)
}

/// Where the numbers and accounts of a body belong.
struct Routes {
    numbers: HashMap<String, Route>,
    accounts: HashMap<String, Vec<Route>>,
}

impl Routes {
    async fn find(env: &Env, signer: &Signer, peeled: &Peeled<'_>) -> Result<Self> {
        let numbers: BTreeSet<_> = peeled
            .changes
            .iter()
            .filter_map(|change| change.number.clone())
            .collect();
        let accounts: BTreeSet<_> = peeled
            .changes
            .iter()
            .filter(|change| change.number.is_none())
            .flat_map(|change| {
                [
                    peeled.entries[change.entry].account.clone(),
                    change.inner_account.clone(),
                ]
            })
            .flatten()
            .collect();
        let mut routes = Self {
            numbers: HashMap::new(),
            accounts: HashMap::new(),
        };
        if numbers.is_empty() && accounts.is_empty() {
            return Ok(routes);
        }
        let mut global = env.db.global().await?;
        if !numbers.is_empty() {
            let rows = owners(&mut global, &Vec::from_iter(numbers)).await?;
            for row in rows {
                let route = Route {
                    workspace: row.workspace,
                    channel: row.channel,
                    covered: signer.covers(row.own_app, row.workspace, row.channel, None),
                };
                routes.numbers.insert(row.number, route);
            }
        }
        if !accounts.is_empty() {
            let rows = sqlx::query!(
                r#"SELECT account_id AS "account!", workspace_id AS "workspace!: WorkspaceId",
                          channel_id AS "channel!: ChannelId", own_app AS "own_app!"
                     FROM route_accounts($1) ORDER BY workspace_id, channel_id"#,
                &Vec::from_iter(accounts),
            )
            .fetch_all(global.conn())
            .await?;
            for row in rows {
                let account = Some(row.account.as_str());
                let covered = signer.covers(row.own_app, row.workspace, row.channel, account);
                routes.accounts.entry(row.account).or_default().push(Route {
                    workspace: row.workspace,
                    channel: row.channel,
                    covered,
                });
            }
        }
        global.commit().await?;
        Ok(routes)
    }

    /// The workspaces that a change is for, each with one of its channels.
    fn of(
        &self,
        peeled: &Peeled<'_>,
        change: &Change<'_>,
    ) -> Result<Vec<(WorkspaceId, ChannelId)>, Reason> {
        if let Some(number) = &change.number {
            return match self.numbers.get(number) {
                Some(route) if route.covered => Ok(vec![(route.workspace, route.channel)]),
                Some(_) => Err(Reason::NotCovered),
                None => Err(Reason::UnknownNumber),
            };
        }
        let known = |account: &Option<String>| {
            account
                .as_ref()
                .and_then(|account| self.accounts.get(account))
        };
        let account = &peeled.entries[change.entry].account;
        let Some(routes) = known(account).or_else(|| known(&change.inner_account)) else {
            return Err(Reason::UnknownAccount);
        };
        let covered: Vec<_> = routes
            .iter()
            .filter(|route| route.covered)
            .map(|route| (route.workspace, route.channel))
            .collect();
        match covered.as_slice() {
            [] => Err(Reason::NotCovered),
            // People's things without a number: they may be shown to one, never to all that share an account.
            [_, _, ..] if change.personal => Err(Reason::UnknownNumber),
            _ => {
                let mut goals: Vec<(WorkspaceId, ChannelId)> = Vec::new();
                for goal in covered {
                    if goals.last().is_none_or(|last| last.0 != goal.0) {
                        goals.push(goal);
                    }
                }
                Ok(goals)
            }
        }
    }
}
