//! Names compared by what they say, not by how they are spelled.

/// Words around a name that say only what kind of page it is.
const KIND_WORDS: &[&str] = &["runbook", "runbooks", "playbook", "playbooks", "alert", "alerts"];

/// The name in lower case without spaces, joiners and signs, so that `KubePodCrashLooping`,
/// `kube-pod-crash-looping` and `kube pod crash looping` are one. Words such as `runbook` at either
/// end fall away unless nothing else is there.
pub(crate) fn name_key(name: &str) -> String {
    let words: Vec<String> = name
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let is_name = |word: &String| !KIND_WORDS.contains(&word.as_str());
    let first = words.iter().position(is_name).unwrap_or(0);
    let end = words.iter().rposition(is_name).map_or(words.len(), |last| last + 1);
    words[first..end].concat()
}

/// What a page is called by its file: the name without extension; for an index page its folder's.
pub(crate) fn file_name(path: &str) -> &str {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_index = ["index", "_index", "readme"].iter().any(|own| stem.eq_ignore_ascii_case(own));
    match folder.rsplit('/').next() {
        Some(last) if is_index && !last.is_empty() => last,
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for name in [
            "KubePodCrashLooping",
            "kube pod crash looping",
            "kube-pod_crash.looping",
            "Runbook: KubePodCrashLooping",
            "kube pod crash looping (alert)",
        ] {
            assert_eq!(name_key(name), "kubepodcrashlooping", "{name}");
        }
        assert_eq!(name_key("Alerts"), "alerts");
        assert_eq!(name_key("../:#"), "");
        assert_eq!(name_key("デプロイ 手順"), "デプロイ手順");
    }

    #[test]
    fn an_index_page_is_called_like_its_folder() {
        assert_eq!(file_name("runbooks/KafkaLag.md"), "KafkaLag");
        assert_eq!(file_name("runbooks/kafka/README.md"), "kafka");
        assert_eq!(file_name("index.md"), "index");
        assert_eq!(file_name("a.b/v1.2.md"), "v1.2");
    }
}
