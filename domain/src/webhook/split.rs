//! A body split by workspace: each gets what is about its own numbers, and only what the signer speaks for.

use super::{Part, door::Signer};
use crate::{
    Env, Result,
    db::Global,
    payload::{self, Change, Peeled},
    quarantine::{Reason, Stranger},
};
use postern_types::{ChannelId, WorkspaceId};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A body and whom its pieces go to. They are cut out one by one, so that a body takes no more room than itself and one
/// of them, whatever it names.
pub(super) struct Split<'a> {
    cut: Cut<'a>,
    /// None when the body cannot be taken apart.
    peeled: Option<Peeled<'a>>,
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

/// Splits `body`, which reads as `text`, byte for byte in the same places.
pub(super) async fn split<'a>(
    env: &Env,
    signer: &Signer,
    text: &'a str,
    body: &'a [u8],
) -> Result<Split<'a>> {
    let mut split = Split {
        cut: Cut { text, body },
        peeled: payload::peel(text),
        goals: Vec::new(),
        strange: BTreeMap::new(),
    };
    let Some(peeled) = &split.peeled else {
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

/// An envelope of everything in a body, as it is kept when all of it belongs to one workspace.
pub(super) fn whole(text: &str, body: &[u8], peeled: &Peeled<'_>) -> Vec<u8> {
    let all: Vec<_> = (0..peeled.changes.len()).collect();
    Cut { text, body }.envelope(peeled, &all)
}

impl Split<'_> {
    /// What a workspace gets.
    pub fn part(&self, goal: &Goal) -> Part {
        Part {
            workspace: goal.workspace,
            channel: goal.channel,
            body: self.envelope(&goal.changes),
        }
    }

    /// What goes to nobody, a piece for each reason.
    pub fn strangers(&self) -> Vec<Stranger> {
        let Some(peeled) = &self.peeled else {
            return vec![Stranger {
                reason: Reason::Unreadable,
                piece: self.cut.body.to_vec(),
            }];
        };
        let mut strangers: Vec<_> = self
            .strange
            .iter()
            .map(|(reason, changes)| Stranger {
                reason: *reason,
                piece: self.envelope(changes),
            })
            .collect();
        if !peeled.odd.is_empty() {
            strangers.push(Stranger {
                reason: Reason::Unreadable,
                piece: self.cut.list(&peeled.odd),
            });
        }
        strangers
    }

    fn envelope(&self, changes: &[usize]) -> Vec<u8> {
        self.peeled
            .as_ref()
            .map_or_else(Vec::new, |peeled| self.cut.envelope(peeled, changes))
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

/// Cuts pieces out of the body's own bytes, where they were found in its text.
struct Cut<'a> {
    text: &'a str,
    body: &'a [u8],
}

impl Cut<'_> {
    fn bytes(&self, raw: &RawValue) -> &[u8] {
        let from = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        &self.body[from..from + raw.get().len()]
    }

    fn list(&self, pieces: &[&RawValue]) -> Vec<u8> {
        let pieces: Vec<_> = pieces.iter().map(|piece| self.bytes(piece)).collect();
        [&b"["[..], &pieces.join(&b','), b"]"].concat()
    }

    /// An envelope around the changes at these places, in their entries, with what stood beside them there: once, however
    /// many of its changes there are.
    fn envelope(&self, peeled: &Peeled<'_>, changes: &[usize]) -> Vec<u8> {
        let mut out = br#"{"object":"whatsapp_business_account","entry":["#.to_vec();
        let mut open = None;
        for place in changes {
            let change = &peeled.changes[*place];
            if open == Some(change.entry) {
                out.push(b',');
            } else {
                if open.is_some() {
                    out.extend(b"]},");
                }
                open = Some(change.entry);
                out.push(b'{');
                for (key, value) in &peeled.entries[change.entry].beside {
                    let key = serde_json::Value::from(key.as_str()).to_string();
                    out.extend(key.as_bytes());
                    out.push(b':');
                    out.extend(self.bytes(value));
                    out.push(b',');
                }
                out.extend(br#""changes":["#);
            }
            out.extend(self.bytes(change.raw));
        }
        if open.is_some() {
            out.extend(b"]}");
        }
        out.extend(b"]}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Cuts everything out of a body, and says what was cut as it stands there.
    fn cut(body: &[u8]) -> Option<(Vec<u8>, Vec<String>)> {
        let text = payload::readable(body);
        let peeled = payload::peel(&text)?;
        let cut = Cut { text: &text, body };
        let _ = cut.list(&peeled.odd);
        let raw = |change: &Change<'_>| String::from_utf8_lossy(cut.bytes(change.raw)).into_owned();
        Some((
            cut.envelope(&peeled, &(0..peeled.changes.len()).collect::<Vec<_>>()),
            peeled.changes.iter().map(raw).collect(),
        ))
    }

    #[test]
    fn pieces_are_cut_as_they_came_with_what_stood_beside_them() {
        let body = br#" {"entry" : [ {"time":1,"changes":[ {"field":"a\/\ud83d" , "value":{}},{"f":"\u00e9"} ],"id":"7"},
            {"changes":[{"g":2}]} ] } "#;
        let (envelope, _) = cut(body).unwrap();
        assert_eq!(
            String::from_utf8(envelope).unwrap(),
            r#"{"object":"whatsapp_business_account","entry":[{"id":"7","time":1,"changes":[{"field":"a\/\ud83d" , "value":{}},{"f":"\u00e9"}]},{"changes":[{"g":2}]}]}"#
        );
    }

    #[test]
    fn what_is_cut_is_no_longer_than_the_body_whatever_stands_beside_its_changes() {
        let beside = "k".repeat(500_000);
        let changes = vec!["{}"; 5000].join(",");
        let body = format!(r#"{{"entry":[{{"{beside}":"{beside}","changes":[{changes}]}}]}}"#);
        let (envelope, raw) = cut(body.as_bytes()).unwrap();
        assert_eq!(raw.len(), 5000);
        assert!(envelope.len() < body.len() + 100);
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            "-?[1-9][0-9]{0,2}",
            r#""[a-z\u{0}-\u{9f}&&[^"\\\x00-\x1f]]{0,4}""#,
            Just(r#""\ud800""#.to_owned()),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            let key = proptest::sample::select(vec![
                "entry", "changes", "id", "field", "value", "messages", "x",
            ]);
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4)
                    .prop_map(|all| format!("[{}]", all.join(","))),
                proptest::collection::vec((key, inner), 0..4).prop_map(|all| {
                    let all: Vec<_> = all
                        .into_iter()
                        .map(|(key, value)| format!("\"{key}\": {value}"))
                        .collect();
                    format!("{{{}}}", all.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = cut(&body);
        }

        #[test]
        fn what_was_cut_is_read_as_the_same_changes_again(body in json()) {
            let (envelope, raw) = cut(body.as_bytes()).expect("it is JSON");
            prop_assert_eq!(cut(&envelope).expect("so is this").1, raw);
        }
    }
}
