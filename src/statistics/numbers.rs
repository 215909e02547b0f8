//! Arithmetic of the figures (statistics.md section 1): no data is null, never zero.

use std::cmp::Ordering;

use serde_json::Value;

use super::Scene;

/// The 97.5th percentile of the normal distribution, for 95 % intervals.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// Rounded to the 4 decimals in which figures are given. A sum of nothing, which is -0, is 0.
pub(super) fn round4(x: f64) -> f64 {
    (x * 10_000.0).round() / 10_000.0 + 0.0
}

/// `part / whole`, null if the whole is 0.
pub(super) fn ratio(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| round4(part as f64 / whole as f64))
}

/// `amount * times / over` in whole rupiah, rounded half away from zero; null unless `over` is
/// positive.
pub(super) fn rupiah(amount: i64, times: i64, over: i64) -> Option<i64> {
    if over <= 0 {
        return None;
    }
    let (product, over) = (i128::from(amount) * i128::from(times), i128::from(over));
    let rounded = (2 * product.abs() + over) / (2 * over) * product.signum();
    i64::try_from(rounded).ok()
}

/// A number of things as the figures count them.
pub(super) fn size(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The mean of sums over a fixed number of parts each: `sum of sums / (parts * how many)`.
pub(super) fn mean_of_sums(sums: &[i64], parts: i64) -> Option<f64> {
    ratio(sums.iter().sum(), parts * size(sums.len()))
}

/// The middle value, or the mean of the two middle values.
pub(super) fn median(values: &[i64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle] as f64),
        _ => Some(round4((sorted[middle - 1] + sorted[middle]) as f64 / 2.0)),
    }
}

/// The smallest value that at least 90 % of the values do not exceed (nearest rank).
pub(super) fn p90(values: &[i64]) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (9 * sorted.len()).div_ceil(10);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// The Wilson score interval at 95 % of `hits` out of `n`.
pub(super) fn wilson(hits: i64, n: i64) -> (Option<f64>, Option<f64>) {
    if n == 0 {
        return (None, None);
    }
    let (hits, n) = (hits as f64, n as f64);
    let p = hits / n;
    let scale = 1.0 + Z * Z / n;
    let middle = (p + Z * Z / (2.0 * n)) / scale;
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
    (Some(round4((middle - half).max(0.0))), Some(round4((middle + half).min(1.0))))
}

/// Net promoter score of answers 0 to 10: 100 x (share of 9 and 10 - share of 0 to 6).
pub(super) fn net_promoters(answers: &[i64]) -> Option<f64> {
    let promoters = answers.iter().filter(|answer| **answer >= 9).count();
    let detractors = answers.iter().filter(|answer| **answer <= 6).count();
    ratio(100 * (size(promoters) - size(detractors)), size(answers.len()))
}

/// What two numbers differ by, the second subtracted from the first; null unless both are known.
pub(super) fn difference(_: &Scene<'_, '_>, values: &[Option<i64>]) -> Value {
    both(values).map(|(now, before)| now - before).into()
}

/// The same by the second number.
pub(super) fn rate_of_change(_: &Scene<'_, '_>, values: &[Option<i64>]) -> Value {
    both(values).and_then(|(now, before)| ratio(now - before, before)).into()
}

/// `up`, `down` or `flat`, from the second number to the first.
pub(super) fn trend(_: &Scene<'_, '_>, values: &[Option<i64>]) -> Value {
    let trend = both(values).map(|(now, before)| match now.cmp(&before) {
        Ordering::Greater => "up",
        Ordering::Equal => "flat",
        Ordering::Less => "down",
    });
    trend.into()
}

/// The two values of a comparison, if both are known.
pub(super) fn both(values: &[Option<i64>]) -> Option<(i64, i64)> {
    match values {
        [Some(one), Some(other)] => Some((*one, *other)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_less_than_nothing() {
        let nothing: f64 = [0.0_f64; 0].iter().sum();
        assert_eq!(round4(nothing).to_string(), "0");
        assert_eq!(round4(1.000_04).to_string(), "1");
    }

    #[test]
    fn nothing_has_no_mean_median_or_percentile() {
        assert_eq!(
            (ratio(3, 0), median(&[]), p90(&[]), wilson(0, 0)),
            (None, None, None, (None, None))
        );
        assert_eq!((mean_of_sums(&[], 5), net_promoters(&[]), rupiah(7, 1, 0)), (None, None, None));
    }

    #[test]
    fn rupiah_are_rounded_half_away_from_zero() {
        assert_eq!(
            (rupiah(5, 1, 2), rupiah(-5, 1, 2), rupiah(7, 1, 3)),
            (Some(3), Some(-3), Some(2))
        );
    }

    #[test]
    fn middle_and_tail() {
        assert_eq!((median(&[3, 1, 2]), median(&[4, 1, 2, 3])), (Some(2.0), Some(2.5)));
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!(
            (p90(&ten), p90(&[7]), p90(&(1..=11).collect::<Vec<_>>())),
            (Some(9), Some(7), Some(10))
        );
    }

    #[test]
    fn wilson_stays_inside_zero_and_one() {
        assert_eq!(wilson(8, 22), (Some(0.1973), Some(0.5705)));
        assert_eq!(wilson(0, 7), (Some(0.0), Some(0.3543)));
        assert_eq!(wilson(2, 2).1, Some(1.0));
    }
}
