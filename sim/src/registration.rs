//! How a number is verified, registered and taken off again.

use std::collections::VecDeque;

use crate::failure::GraphError;

const HOUR_MS: u64 = 3_600_000;
/// So many times in so long may a number be registered or taken off.
const ACTS: usize = 10;
const ACTS_MS: u64 = 72 * HOUR_MS;
/// So many wrong PINs, and the number must wait.
const GUESSES: u32 = 10;

/// The code that every verification wants.
pub(crate) const CODE: &str = "123456";

/// The PIN of a number's two-step verification, and what was tried with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// Six digits; `None`: any PIN will do, and becomes this one.
    pub pin: Option<String>,
    /// A code was asked for, and is on its way.
    pub asked: bool,
    /// Registered by nobody: nothing can be sent.
    pub off: bool,
    wrong: u32,
    acts: VecDeque<u64>,
}

impl Registration {
    /// `register`: the first PIN is kept, any later one must be the same.
    pub(crate) fn register(&mut self, pin: &str, now: u64) -> Result<(), GraphError> {
        self.act(now)?;
        six_digits(pin)?;
        if self.wrong >= GUESSES {
            return Err(GraphError::code(133_008));
        }
        if self.pin.as_ref().is_some_and(|known| known != pin) {
            self.wrong += 1;
            return Err(GraphError::code(133_005));
        }
        self.pin = Some(pin.to_owned());
        self.wrong = 0;
        self.off = false;
        Ok(())
    }

    /// `deregister`.
    pub(crate) fn deregister(&mut self, now: u64) -> Result<(), GraphError> {
        self.act(now)?;
        self.off = true;
        Ok(())
    }

    /// `POST /{number} {"pin"}`.
    pub(crate) fn set_pin(&mut self, pin: &str) -> Result<(), GraphError> {
        six_digits(pin)?;
        self.pin = Some(pin.to_owned());
        Ok(())
    }

    /// `verify_code`.
    pub(crate) fn verify(&mut self, code: &str) -> Result<(), GraphError> {
        if !self.asked {
            return Err(GraphError::code(133_006).details("No code was asked for."));
        }
        if code != CODE {
            return Err(GraphError::code(136_025));
        }
        self.asked = false;
        Ok(())
    }

    /// Counts, or says that it was too often.
    fn act(&mut self, now: u64) -> Result<(), GraphError> {
        while self
            .acts
            .front()
            .is_some_and(|at| now.saturating_sub(*at) >= ACTS_MS)
        {
            self.acts.pop_front();
        }
        if self.acts.len() >= ACTS {
            return Err(GraphError::code(133_016));
        }
        self.acts.push_back(now);
        Ok(())
    }
}

fn six_digits(pin: &str) -> Result<(), GraphError> {
    (pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(())
        .ok_or_else(|| GraphError::parameter("Param pin must be a six-digit number."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pin_stays_and_another_is_refused() {
        let mut registration = Registration::default();
        let mut register = |pin: &str| {
            registration
                .register(pin, 0)
                .map_err(|error| error.number())
        };
        assert_eq!(register("12345"), Err(100));
        assert_eq!(register("123456"), Ok(()));
        assert_eq!(register("654321"), Err(133_005));
        assert_eq!(register("123456"), Ok(()));
    }

    #[test]
    fn ten_times_in_three_days_and_no_more() {
        let mut registration = Registration::default();
        for turn in 0..ACTS as u64 {
            let done = if turn % 2 == 0 {
                registration.deregister(turn)
            } else {
                registration.register("123456", turn)
            };
            assert!(done.is_ok());
        }
        let error = registration.deregister(20).unwrap_err();
        assert_eq!(error.number(), 133_016);
        assert!(registration.deregister(ACTS_MS).is_ok());
    }
}
