//! The time between attempts to send a notification.

use std::time::Duration;

/// The time before the second attempt; each later one comes after twice the time.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// The greatest time between two attempts.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Returns the wait before the next attempt, after so many that failed and one more.
pub(super) fn backoff(failures: u32) -> Duration {
    let factor = 1_u32.checked_shl(failures).unwrap_or(u32::MAX);
    FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute() {
        assert_eq!(backoff(0), Duration::from_millis(250));
        assert_eq!(backoff(3), Duration::from_secs(2));
        assert_eq!(backoff(9), LONGEST_WAIT);
        assert_eq!(backoff(u32::MAX), LONGEST_WAIT);
    }
}
