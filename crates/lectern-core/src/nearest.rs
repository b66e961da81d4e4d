//! Names near a name that was not found.

/// How many names an error offers.
const OFFERED: usize = 5;
/// Below this similarity a name is no help.
const LEAST_SIMILARITY: f64 = 0.6;

/// The names most like `wanted`, best first: equal last segments before similar spellings.
pub(crate) fn nearest(wanted: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let mut scored: Vec<(f64, String)> = names
        .into_iter()
        .filter_map(|name| {
            let similarity = similarity(&wanted, &name.to_lowercase());
            (similarity >= LEAST_SIMILARITY).then_some((similarity, name))
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.truncate(OFFERED);
    scored.into_iter().map(|(_, name)| name).collect()
}

fn similarity(wanted: &str, name: &str) -> f64 {
    let last = |path: &str| path.rsplit('/').next().map_or_else(String::new, str::to_owned);
    let of_last = strsim::jaro_winkler(&last(wanted), &last(name));
    of_last.mul_add(0.75, 0.25 * strsim::jaro_winkler(wanted, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_in_another_folder_comes_first() {
        let names =
            ["runbooks/kafka-lag.md", "runbooks/kafka.md", "hr/leave.md"].map(str::to_owned);
        assert_eq!(nearest("kafka-lag.md", names.clone())[0], "runbooks/kafka-lag.md");
        assert!(nearest("zzzz", names).is_empty());
    }
}
