//! Failures on demand: of a number, of the next requests, or by a word in the text.

use std::time::Duration;

use serde::Deserialize;

/// What goes wrong with a send.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Refused with one of the Graph API's error codes and its HTTP status.
    Error(i64),
    /// A gateway's page: 502 and HTML. Nothing was sent.
    Html502,
    /// 200, with a body that is not JSON. It was sent.
    Garbage,
    /// Answered rightly, so many milliseconds late.
    Slow(u64),
    /// Sent, with its statuses, and never answered: the connection is held.
    Silent,
    /// Sent, with its statuses, and the connection cut instead of an answer.
    Cut,
    /// The connection is cut and nothing was sent.
    CutBefore,
    /// Accepted; then a failed status with this code.
    FailLater(i64),
}

impl Fault {
    /// The fault that a text asks for: `#fail 131026`, `#fail-later 131026`, `#html`, `#garbage`, `#slow 3000`, `#silent`,
    /// `#cut`, `#cut-before`.
    pub fn in_text(text: &str) -> Option<Self> {
        let mut words = text
            .split_whitespace()
            .skip_while(|word| !word.starts_with('#'));
        loop {
            let word = words.next()?;
            let argument = || {
                words
                    .clone()
                    .next()
                    .and_then(|next| next.parse::<i64>().ok())
            };
            let fault = match word {
                "#fail" => argument().map(Fault::Error),
                "#fail-later" => argument().map(Fault::FailLater),
                "#slow" => argument()
                    .and_then(|ms| u64::try_from(ms).ok())
                    .map(Fault::Slow),
                "#html" => Some(Fault::Html502),
                "#garbage" => Some(Fault::Garbage),
                "#silent" => Some(Fault::Silent),
                "#cut" => Some(Fault::Cut),
                "#cut-before" => Some(Fault::CutBefore),
                _ => None,
            };
            if fault.is_some() {
                return fault;
            }
        }
    }

    pub(crate) fn delay(&self) -> Duration {
        match self {
            Fault::Slow(ms) => Duration::from_millis(*ms),
            _ => Duration::ZERO,
        }
    }
}

/// A fault, where it strikes, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// What happens.
    pub fault: Fault,
    /// Only for sends from this number.
    #[serde(default)]
    pub phone_number_id: Option<String>,
    /// Only for sends to this customer.
    #[serde(default)]
    pub to: Option<String>,
    /// How many sends it strikes; `None`: all, until cleared.
    #[serde(default)]
    pub times: Option<u32>,
}

impl FaultPlan {
    /// Strikes every send until cleared.
    pub fn always(fault: Fault) -> Self {
        Self {
            fault,
            phone_number_id: None,
            to: None,
            times: None,
        }
    }

    /// Strikes the next `times` sends.
    pub fn next(times: u32, fault: Fault) -> Self {
        Self {
            times: Some(times),
            ..Self::always(fault)
        }
    }

    /// Only for sends from this number.
    pub fn from_number(mut self, phone_number_id: &str) -> Self {
        self.phone_number_id = Some(phone_number_id.to_owned());
        self
    }

    /// Only for sends to this customer.
    pub fn only_to(mut self, person: &str) -> Self {
        self.to = Some(person.to_owned());
        self
    }

    fn strikes(&self, number: &str, to: &str) -> bool {
        self.times != Some(0)
            && self
                .phone_number_id
                .as_deref()
                .is_none_or(|only| only == number)
            && self.to.as_deref().is_none_or(|only| only == to)
    }
}

/// Takes the first plan that strikes this send, and counts it down.
pub(crate) fn strike(plans: &mut Vec<FaultPlan>, number: &str, to: &str) -> Option<Fault> {
    let plan = plans.iter_mut().find(|plan| plan.strikes(number, to))?;
    if let Some(times) = &mut plan.times {
        *times -= 1;
    }
    let fault = plan.fault.clone();
    plans.retain(|plan| plan.times != Some(0));
    Some(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_ask_for_a_fault() {
        let table = [
            ("#fail 131026", Some(Fault::Error(131_026))),
            ("please #fail 131047 now", Some(Fault::Error(131_047))),
            ("#fail-later 131049", Some(Fault::FailLater(131_049))),
            ("order #12 is #slow 250", Some(Fault::Slow(250))),
            ("#html", Some(Fault::Html502)),
            ("#cut", Some(Fault::Cut)),
            ("#silent", Some(Fault::Silent)),
            ("#fail", None),
            ("no fault in #here", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(Fault::in_text(text), expected, "{text}");
        }
    }

    #[test]
    fn a_plan_strikes_so_often_and_only_where_it_says() {
        let mut plans = vec![
            FaultPlan::next(1, Fault::Html502).from_number("a"),
            FaultPlan::next(2, Fault::Error(1)).only_to("x"),
        ];
        assert_eq!(strike(&mut plans, "b", "y"), None);
        assert_eq!(strike(&mut plans, "a", "x"), Some(Fault::Html502));
        assert_eq!(strike(&mut plans, "a", "x"), Some(Fault::Error(1)));
        assert_eq!(strike(&mut plans, "b", "x"), Some(Fault::Error(1)));
        assert_eq!(strike(&mut plans, "b", "x"), None);
        assert!(plans.is_empty());
    }
}
