//! Taking turns: A B, B A, A B …

/// Has each of `servers` measured once in every round, each second round in the opposite order, so
/// that none always comes first. Ends when `enough` says so of the number of rounds done.
pub(crate) fn in_turns<S>(
    servers: &mut [S],
    mut enough: impl FnMut(usize) -> bool,
    mut measure: impl FnMut(&mut S) -> anyhow::Result<f64>,
) -> anyhow::Result<Vec<Vec<f64>>> {
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    while !enough(rounds.len()) {
        let backwards = rounds.len() % 2 == 1;
        let mut round = Vec::new();
        if backwards {
            for server in servers.iter_mut().rev() {
                round.push(measure(server)?);
            }
            round.reverse();
        } else {
            for server in servers.iter_mut() {
                round.push(measure(server)?);
            }
        }
        rounds.push(round);
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_round_goes_backwards_and_is_written_down_forwards() {
        let mut clock = 0.0;
        let mut order = String::new();
        let rounds = in_turns(
            &mut ['a', 'b', 'c'],
            |done| done == 3,
            |server| {
                order.push(*server);
                clock += 1.0;
                Ok(clock)
            },
        );
        assert_eq!(order, "abccbaabc");
        assert_eq!(
            rounds.unwrap(),
            [vec![1.0, 2.0, 3.0], vec![6.0, 5.0, 4.0], vec![7.0, 8.0, 9.0]]
        );
    }

    #[test]
    fn an_error_ends_the_turns() {
        let ended = in_turns(&mut [1], |_| false, |_| anyhow::bail!("no answer"));
        assert_eq!(ended.unwrap_err().to_string(), "no answer");
    }
}
