//! What is said of many values of the same thing.

/// Returns the value that so large a share of the values (0 to 1) does not exceed, between two of
/// them in proportion. Not a number if there are none.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * sorted.len().saturating_sub(1) as f64;
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or(f64::NAN);
    let (below, above) = (at(place.floor()), at(place.ceil()));
    below + (above - below) * place.fract()
}

/// Returns the value in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_between_the_values_around_it() {
        for (values, share, expected) in [
            (&[5.0][..], 0.25, 5.0),
            (&[3.0, 1.0, 2.0], 0.5, 2.0),
            (&[4.0, 1.0, 3.0, 2.0], 0.5, 2.5),
            (&[4.0, 1.0, 3.0, 2.0], 0.25, 1.75),
            (&[5.0, 1.0, 3.0, 2.0, 4.0], 0.75, 4.0),
            (&[1.0, 9.0], 0.0, 1.0),
            (&[1.0, 9.0], 1.0, 9.0),
        ] {
            assert_eq!(quantile(values, share), expected, "{share} of {values:?}");
        }
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn one_outlier_moves_the_mean_and_not_the_median() {
        let values = [1.0, 1.0, 1.0, 1.0, 96.0];
        assert_eq!((median(&values), mean(&values)), (1.0, 20.0));
    }
}
