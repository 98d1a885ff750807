//! A body split by workspace: each gets what is about its own numbers, and only what the signer speaks for.

use super::{Part, body::Body, door::Signer};
use crate::{
    Env, Result,
    db::Global,
    erasure,
    payload::{Change, Peeled},
    quarantine::{Reason, Stranger},
};
use postern_types::{ChannelId, WorkspaceId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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
            // Whose workspace was deleted: it is kept nowhere.
            Err(_) if routes.is_erased(peeled, change) => {}
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
    /// Meta's id of its account.
    account: String,
    workspace: WorkspaceId,
    channel: ChannelId,
    covered: bool,
}

/// Whose a number is.
pub(super) struct Owner {
    number: String,
    account: String,
    pub workspace: WorkspaceId,
    pub channel: ChannelId,
    pub own_app: bool,
}

/// Whose the numbers are; those that nobody has are left out.
pub(super) async fn owners(global: &mut Global, numbers: &[String]) -> Result<Vec<Owner>> {
    let owners = sqlx::query_as!(
        Owner,
        r#"SELECT phone_number_id AS "number!", account_id AS "account!", workspace_id AS "workspace!: WorkspaceId",
                  channel_id AS "channel!: ChannelId", own_app AS "own_app!"
             FROM route_numbers($1)"#,
        numbers,
    )
    .fetch_all(global.conn())
    .await?;
    Ok(owners)
}

/// Which of these numbers and accounts were a workspace's which is gone. Nothing is asked where there are none.
async fn erased(
    env: &Env,
    global: &mut Global,
    names: BTreeSet<String>,
) -> Result<HashSet<String>> {
    if names.is_empty() {
        return Ok(HashSet::new());
    }
    let digest = |name: &String| erasure::digest(env, name).to_vec();
    let digests: Vec<Vec<u8>> = names.iter().map(digest).collect();
    let found = sqlx::query_scalar!(
        "SELECT digest FROM erased_number WHERE digest = ANY ($1)",
        &digests,
    )
    .fetch_all(global.conn())
    .await?;
    let names = names.into_iter().zip(digests);
    Ok(names
        .filter(|(_, digest)| found.contains(digest))
        .map(|(name, _)| name)
        .collect())
}

/// The accounts that a change names: the one that it came for, and the one within.
fn named<'a>(peeled: &'a Peeled<'_>, change: &'a Change<'_>) -> impl Iterator<Item = &'a String> {
    let account = &peeled.entries[change.entry].account;
    [account, &change.inner_account].into_iter().flatten()
}

/// Where the numbers and accounts of a body belong.
struct Routes {
    numbers: HashMap<String, Route>,
    /// Without those that are a number's own beside it.
    accounts: HashMap<String, Vec<Route>>,
    /// Numbers and accounts that nobody has, and that were a workspace's which is gone.
    erased: HashSet<String>,
}

impl Routes {
    async fn find(env: &Env, signer: &Signer, peeled: &Peeled<'_>) -> Result<Self> {
        let numbers: BTreeSet<_> = peeled
            .changes
            .iter()
            .filter_map(|change| change.number.clone())
            .collect();
        let mut routes = Self {
            numbers: HashMap::new(),
            accounts: HashMap::new(),
            erased: HashSet::new(),
        };
        let mut changes = peeled.changes.iter();
        if numbers.is_empty() && changes.all(|change| named(peeled, change).next().is_none()) {
            return Ok(routes);
        }
        let mut global = env.db.global().await?;
        if !numbers.is_empty() {
            let rows = owners(&mut global, &Vec::from_iter(numbers)).await?;
            for row in rows {
                let route = Route {
                    account: row.account,
                    workspace: row.workspace,
                    channel: row.channel,
                    covered: signer.covers(row.own_app, row.workspace, row.channel, None),
                };
                routes.numbers.insert(row.number, route);
            }
        }
        let accounts = routes.unknown(peeled);
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
                let known = routes.accounts.entry(row.account.clone()).or_default();
                known.push(Route {
                    account: row.account,
                    workspace: row.workspace,
                    channel: row.channel,
                    covered,
                });
            }
        }
        routes.erased = erased(env, &mut global, routes.strange(peeled)).await?;
        global.commit().await?;
        Ok(routes)
    }

    /// The numbers and accounts that are named and that nobody has.
    fn strange(&self, peeled: &Peeled<'_>) -> BTreeSet<String> {
        let mut strange = BTreeSet::new();
        for change in &peeled.changes {
            match &change.number {
                Some(number) if !self.numbers.contains_key(number) => {
                    strange.insert(number.clone());
                }
                Some(_) => {}
                None => strange.extend(
                    named(peeled, change)
                        .filter(|account| !self.accounts.contains_key(*account))
                        .cloned(),
                ),
            }
        }
        strange
    }

    /// Whether what a change is about was a workspace's which is gone.
    fn is_erased(&self, peeled: &Peeled<'_>, change: &Change<'_>) -> bool {
        match &change.number {
            Some(number) => self.erased.contains(number),
            None => named(peeled, change).any(|account| self.erased.contains(account)),
        }
    }

    /// The accounts that are named, and of which the numbers alone do not tell whose they are.
    fn unknown(&self, peeled: &Peeled<'_>) -> BTreeSet<String> {
        let mut accounts = BTreeSet::new();
        for change in &peeled.changes {
            let own = match &change.number {
                None => None,
                Some(number) => match self.numbers.get(number) {
                    Some(route) => Some(&route.account),
                    // Whatever else it names, it goes to nobody.
                    None => continue,
                },
            };
            let others = named(peeled, change).filter(|account| Some(*account) != own);
            accounts.extend(others.cloned());
        }
        accounts
    }

    /// Whether the signer may tell a workspace of an account: it speaks for it there, or nobody has a number of it. Where
    /// the workspace itself has none of it, whoever has one decides.
    fn may_tell(&self, workspace: WorkspaceId, account: &str) -> bool {
        let Some(routes) = self.accounts.get(account) else {
            return true;
        };
        let there = routes.iter().any(|route| route.workspace == workspace);
        let mut routes = routes.iter();
        routes.any(|route| route.covered && (!there || route.workspace == workspace))
    }

    /// The workspaces that a change is for, each with one of its channels. The signer must speak for all that it names:
    /// what is applied later goes by any of it.
    fn of(
        &self,
        peeled: &Peeled<'_>,
        change: &Change<'_>,
    ) -> Result<Vec<(WorkspaceId, ChannelId)>, Reason> {
        if let Some(number) = &change.number {
            let Some(route) = self.numbers.get(number) else {
                return Err(Reason::UnknownNumber);
            };
            let may_tell = |account: &String| {
                *account == route.account || self.may_tell(route.workspace, account)
            };
            return if route.covered && named(peeled, change).all(may_tell) {
                Ok(vec![(route.workspace, route.channel)])
            } else {
                Err(Reason::NotCovered)
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
            .filter(|route| {
                let mut all = named(peeled, change);
                route.covered && all.all(|account| self.may_tell(route.workspace, account))
            })
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
