//! How many calls a minute a workspace may make, by its plan; and from where pages may make them.

use std::collections::BTreeMap;

/// What the configuration says of the API.
#[derive(Clone, Debug)]
pub struct Plans {
    /// Calls a minute by the name of the plan.
    pub plans: BTreeMap<String, u32>,
    /// The plan of a workspace that nobody chose one for.
    pub usual: String,
    /// Origins whose pages may call.
    pub origins: Vec<String>,
}

/// A workspace whose plan is not configured any more is held to this.
const LEAST: u32 = 10;

impl Plans {
    /// Calls a minute of a workspace on that plan.
    pub fn calls(&self, plan: Option<&str>) -> u32 {
        let named = self.plans.get(plan.unwrap_or(&self.usual));
        named
            .or_else(|| self.plans.get(&self.usual))
            .copied()
            .unwrap_or(LEAST)
    }
}

impl Default for Plans {
    fn default() -> Self {
        let plans = [("free", 10), ("standard", 120), ("scale", 1000)];
        Self {
            plans: plans.map(|(name, calls)| (name.to_owned(), calls)).into(),
            usual: "standard".to_owned(),
            origins: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_is_not_there_is_the_usual_one() {
        let plans = Plans::default();
        assert_eq!(plans.calls(None), 120);
        assert_eq!(plans.calls(Some("scale")), 1000);
        assert_eq!(plans.calls(Some("gone")), 120);
        let none = Plans {
            plans: BTreeMap::new(),
            ..plans
        };
        assert_eq!(none.calls(Some("scale")), LEAST);
    }
}
