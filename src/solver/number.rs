//! Conversions between counts, points and steps, each in one place.

/// A count to reckon points with.
pub fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count as elementary steps of work.
pub fn steps(count: usize) -> u64 {
    count as u64
}

/// Points as a real number; what is rounded off matters only to the way of the search.
pub fn real(points: i64) -> f64 {
    points as f64
}

/// A real number as points, rounded towards zero.
pub fn points(real: f64) -> i64 {
    real as i64
}
