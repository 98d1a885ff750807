//! Choices: when the next one comes, which number, which of its customers.

use std::time::Duration;

/// A stream of chances that can be repeated.
pub(super) struct Chances {
    random: fastrand::Rng,
    /// Of the numbers: the sum of the weights up to each.
    sums: Vec<f64>,
}

impl Chances {
    /// Numbers are chosen by Zipf's law: the second half as often as the first, the third a third as often.
    pub fn new(seed: Option<u64>, numbers: usize) -> Self {
        let mut sum = 0.0;
        let mut rank = 0.0;
        let sums = std::iter::repeat_with(|| {
            rank += 1.0;
            sum += 1.0 / rank;
            sum
        })
        .take(numbers)
        .collect();
        Self {
            random: seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            sums,
        }
    }

    /// At least 0, less than 1.
    pub fn unit(&mut self) -> f64 {
        self.random.f64()
    }

    /// One of so many.
    pub fn below(&mut self, many: usize) -> usize {
        self.random.usize(..many.max(1))
    }

    /// Which number.
    pub fn number(&mut self) -> usize {
        let whole = self.sums.last().copied().unwrap_or_default();
        let at = self.random.f64() * whole;
        self.sums
            .partition_point(|sum| *sum <= at)
            .min(self.sums.len().saturating_sub(1))
    }

    /// Which of a number's customers: the rank r with a chance of 1/r, by the inverse of that law's continuous form.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and no more than a u32"
    )]
    pub fn customer(&mut self, customers: u32) -> u32 {
        let rank = (f64::from(customers) + 1.0).powf(self.random.f64());
        (rank as u32).clamp(1, customers) - 1
    }

    /// The time to the next arrival at `rate` a second.
    pub fn gap(&mut self, rate: f64, even: bool) -> Duration {
        let mean = 1.0 / rate;
        if even {
            return Duration::from_secs_f64(mean);
        }
        Duration::from_secs_f64(-(1.0 - self.random.f64()).ln() * mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_chosen_most_and_every_choice_exists() {
        let mut chances = Chances::new(Some(7), 50);
        let mut numbers = [0u32; 50];
        let mut customers = vec![0u32; 1000];
        for _ in 0..100_000 {
            numbers[chances.number()] += 1;
            customers[chances.customer(1000) as usize] += 1;
        }
        // 1/H(50) = 22.2 %, half of it, a fiftieth of it.
        assert!((21_000..24_000).contains(&numbers[0]), "{}", numbers[0]);
        assert!((10_300..12_000).contains(&numbers[1]), "{}", numbers[1]);
        assert!((300..600).contains(&numbers[49]), "{}", numbers[49]);
        // ln 2 / ln 1001 = 10 %.
        assert!((9_300..10_800).contains(&customers[0]), "{}", customers[0]);
        assert!(customers[0] > customers[1] && customers[1] > customers[9]);
        assert!(customers[900..].iter().any(|times| *times > 0));
    }

    #[test]
    fn gaps_add_up_to_the_rate_even_or_not() {
        for even in [true, false] {
            let mut chances = Chances::new(Some(7), 1);
            let sum: Duration = (0..10_000).map(|_| chances.gap(500.0, even)).sum();
            let seconds = sum.as_secs_f64();
            assert!((19.0..21.0).contains(&seconds), "{even}: {seconds}");
        }
    }
}
