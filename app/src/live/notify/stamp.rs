//! Which tab is looked at: kept in the browser, so that the others keep quiet.

use crate::{boxed::effect, browser, live::Live};
use leptos::prelude::*;
use postern_types::{MemberId, Moment};

const KEPT_UNDER: &str = "postern.attentive";
/// Renewed every twenty seconds; what is older was left by a tab that died.
const GOOD_MS: i64 = 45_000;

/// This tab's stamp; copied about freely.
#[derive(Clone, Copy)]
pub struct Stamp {
    me: MemberId,
    tab: u32,
}

impl Stamp {
    /// Stamps for as long as the tab is looked at, until the owner is cleaned up.
    pub fn start(live: Live) -> Self {
        let stamp = Self {
            me: live.me(),
            tab: browser::chance(u32::MAX),
        };
        for event in ["focus", "blur", "visibilitychange"] {
            let handle = window_event_listener_untyped(event, move |_| stamp.renew());
            on_cleanup(move || handle.remove());
        }
        effect(move || {
            live.now.track();
            stamp.renew();
        });
        on_cleanup(move || stamp.take_back());
        stamp
    }

    /// Whether the reader looks at another tab of this workspace.
    pub fn elsewhere(self) -> bool {
        browser::recall(KEPT_UNDER).is_some_and(|kept| self.is_elsewhere(&kept, browser::now()))
    }

    fn renew(self) {
        if browser::attentive() {
            let now = browser::now().0;
            browser::remember(KEPT_UNDER, &format!("{} {} {now}", self.me, self.tab));
        } else {
            self.take_back();
        }
    }

    /// Another tab may have stamped already: its stamp stays.
    fn take_back(self) {
        let own = format!("{} {} ", self.me, self.tab);
        if browser::recall(KEPT_UNDER).is_some_and(|kept| kept.starts_with(&own)) {
            browser::forget(KEPT_UNDER);
        }
    }

    fn is_elsewhere(self, kept: &str, now: Moment) -> bool {
        let mut words = kept.split(' ');
        let member = words.next().and_then(|word| word.parse::<MemberId>().ok());
        let tab = words.next().and_then(|word| word.parse::<u32>().ok());
        let at = words.next().and_then(|word| word.parse::<i64>().ok());
        let (Some(tab), Some(at)) = (tab, at) else {
            return false;
        };
        let age = now.since(Moment(at));
        member == Some(self.me) && tab != self.tab && (-GOOD_MS..GOOD_MS).contains(&age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_fresh_stamp_of_another_tab_keeps_this_one_quiet() {
        let me = MemberId(Uuid::from_u128(1));
        let other = MemberId(Uuid::from_u128(2));
        let stamp = Stamp { me, tab: 7 };
        for (kept, expected) in [
            (format!("{me} 8 1000"), true),
            (format!("{me} 7 1000"), false),
            (format!("{other} 8 1000"), false),
            (format!("{me} 8 {}", 1000 - GOOD_MS), false),
            ("nonsense".into(), false),
        ] {
            assert_eq!(stamp.is_elsewhere(&kept, Moment(1_000)), expected, "{kept}");
        }
    }
}
