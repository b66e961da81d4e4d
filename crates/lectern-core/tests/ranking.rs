//! Order, filters and what a query means.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{Bench, paths, request, search, sync};
use lectern_core::{CancelToken, Error, LinkTexts, SearchRequest};

fn in_folder(
    engine: &lectern_core::Engine,
    query: &str,
    path: &str,
) -> lectern_core::Result<Vec<String>> {
    let mut request = request(query);
    request.paths = vec![path.to_owned()];
    let answer = engine.search(&request, &CancelToken::new())?;
    Ok(answer.hits.into_iter().map(|hit| hit.path).collect())
}

#[test]
fn any_word_suffices_and_unmatched_ones_are_named() {
    let bench = Bench::with(&[("a.md", "# Kafka\n\nconsumer lag\n")]);
    let answer = search(&bench.synced(), "kafka Flurbs lag gronk-9");
    assert_eq!(paths(&answer), ["a.md"]);
    assert_eq!(answer.unmatched, ["Flurbs", "gronk", "9"]);
}

#[test]
fn a_heading_outweighs_a_mention() {
    let filler = "some words about something else entirely. ".repeat(10);
    let bench = Bench::with(&[
        ("mention.md", &format!("# Other\n\n{filler} rotation {filler}\n")),
        ("about.md", &format!("# Secrets\n\n## Rotation\n\n{filler}\n")),
    ]);
    assert_eq!(paths(&search(&bench.synced(), "rotation"))[0], "about.md");
}

#[test]
fn a_score_is_the_sum_of_its_signals() {
    let bench = Bench::with(&[
        ("a.md", "# Kafka lag\n\nthe consumer_group falls behind on every node at night\n"),
        ("kafka/b.md", "# Other\n\n## Consumer groups\n\nkafka consumer_group\n"),
    ]);
    let engine = bench.synced();
    let query = "the consumer_group falls behind on every node at night kafka lag";
    let hits = search(&engine, query).hits;
    assert!(hits.len() >= 2);
    for hit in &hits {
        assert!((hit.signals.score() - hit.score).abs() < 1e-12);
    }
    let best = hits[0].signals;
    assert_eq!(hits[0].path, "a.md");
    for part in [best.section, best.navigation, best.page, best.literal, best.verbatim] {
        assert!(part > 0.0, "{best:?}");
    }
    let heading = search(&engine, "consumer groups").hits.remove(0);
    assert_eq!(
        (heading.path.as_str(), heading.section.as_str()),
        ("kafka/b.md", "consumer-groups")
    );
    assert!(heading.signals.near_exact > 0.0);
}

#[test]
fn a_name_that_is_said_as_a_whole_counts_more_than_a_part_of_a_longer_one() {
    let page = "# Overview\n\n## Steps\n\nwhom to call at night\n";
    let bench = Bench::with(&[
        ("a/incident-response.md", page),
        ("b/incident_response.plan.md", page),
        ("incident-response/README.md", page),
        ("c/other.md", "# Overview\n\n## Call at night\n\nwhom to call at night\n"),
    ]);
    let engine = bench.synced();
    let asked = SearchRequest::new("whom to call in our incident response", 20);
    let hits = engine.search(&asked, &CancelToken::new()).unwrap().hits;
    let whole_name = |path: &str, section: &str| {
        let found = hits.iter().find(|hit| hit.path == path && hit.section == section);
        found.unwrap_or_else(|| panic!("{path}#{section} among {hits:#?}")).signals.whole_name
    };
    let whole = whole_name("a/incident-response.md", "steps");
    let part = whole_name("b/incident_response.plan.md", "steps");
    let heading = whole_name("c/other.md", "call-at-night");
    assert!(whole > part && part > 0.0, "{whole} of the whole name, {part} of a part");
    // The folder's own page is called like its folder, as rare a name as the file's.
    assert!((whole - whole_name("incident-response/README.md", "steps")).abs() < 1e-9);
    assert!(heading > 0.0);
    // Nothing of a name that the query does not touch.
    let hits = search(&engine, "whom").hits;
    assert!(!hits.is_empty() && hits.iter().all(|hit| hit.signals.whole_name.abs() < 1e-9));
}

#[test]
fn a_folders_own_page_gains_where_the_query_is_short() {
    let page = "# Deployments\n\nhow services are deployed\n";
    let bench = Bench::with(&[("guide.md", page), ("zone/README.md", page)]);
    let engine = bench.synced();
    let gains = |query: &str| {
        let hits = search(&engine, query).hits;
        let order = hits.iter().map(|hit| hit.path.clone()).collect::<Vec<_>>();
        let of = |path: &str| hits.iter().find(|hit| hit.path == path).unwrap().signals;
        let (own, other) = (of("zone/README.md"), of("guide.md"));
        assert!(other.folder_page.abs() < 1e-9, "{other:?}");
        // It is a share of what the index knows, not of what only the text tells.
        let known = own.score() - own.folder_page - own.literal - own.verbatim;
        (order, own.folder_page / known)
    };
    let (order, short) = gains("deployments");
    assert_eq!(order, ["zone/README.md", "guide.md"]);
    let (_, long) = gains("where deployments of twelve other unheard words stand");
    assert!(long > 0.0 && long < short / 2.0, "{short} of a short query, {long} of a long one");
}

#[test]
fn the_page_that_says_it_in_these_words_comes_first() {
    let filler = "Other words stand here and say something else entirely.\n".repeat(6);
    let bench = Bench::with(&[
        ("said.md", &format!("# A\n\n{filler}\nno space left on device while pulling\n")),
        ("mixed.md", &format!("# B\n\n{filler}\non device left, pulling no space while\n")),
        ("upper.md", "# C\n\nset MAX_POLL_MS here\n"),
        ("apart.md", "# D\n\nset max poll ms here, max poll ms\n"),
    ]);
    let engine = bench.synced();
    let first = |query: &str| search(&engine, query).hits.remove(0).path;
    assert_eq!(first("no space left on device while pulling"), "said.md");
    assert_eq!(first("MAX_POLL_MS"), "upper.md");
    assert_eq!(first("\"max poll ms\""), "apart.md");
}

#[test]
fn misspelt_words_are_corrected_and_told() {
    let bench = Bench::with(&[
        ("deploy.md", "# Deployment\n\nhow a deployment is made\n"),
        ("alert.md", "# KubePodCrashLooping\n\nrestarts\n"),
        ("umlaut.md", "# Prüfung\n\nüber die Prüfung\n"),
        ("other.md", "# Other\n\nnothing of it\n"),
    ]);
    let engine = bench.synced();
    for (query, page, word, replacement) in [
        ("deploymnet", "deploy.md", "deploymnet", "deployment"),
        ("Deploment", "deploy.md", "Deploment", "deployment"),
        ("KubePodCrashLoopng", "alert.md", "KubePodCrashLoopng", "kubepodcrashlooping"),
        ("Prüfumg", "umlaut.md", "Prüfumg", "prüfung"),
    ] {
        let answer = search(&engine, query);
        assert_eq!(paths(&answer)[0], page, "{query}");
        let told = answer.corrected.iter().find(|correction| correction.word == word);
        let told = told.unwrap_or_else(|| panic!("{query}: {:?}", answer.corrected));
        assert!(told.replacements.iter().any(|r| r == replacement), "{query}: {told:?}");
        assert!(answer.unmatched.iter().all(|unmatched| unmatched != word), "{query}");
    }
    // What stands somewhere is asked as it was written, and what is like nothing is told.
    let answer = search(&engine, "restarts of zzyzx lag");
    assert_eq!(answer.unmatched, ["zzyzx", "lag"]);
    assert!(answer.corrected.is_empty());
}

#[test]
fn confidence_is_the_share_of_the_query_that_the_best_hit_holds() {
    let bench = Bench::with(&[("a.md", "# Kafka\n\nconsumer lag\n"), ("b.md", "# B\n\nledger\n")]);
    let engine = bench.synced();
    assert!((search(&engine, "kafka lag").confidence - 1.0).abs() < 1e-9);
    let half = search(&engine, "kafka ledger").confidence;
    assert!((0.3..0.7).contains(&half), "{half}");
    assert!(search(&engine, "kafka gronk flurbs").confidence < 0.3);
    assert!(search(&engine, "gronk").confidence < 1e-9);
}

#[test]
fn pages_left_out_answer_nothing_and_one_hit_of_a_page_is_one() {
    let bench = Bench::with(&[
        ("a.md", "# Kafka\n\nkafka\n\n## Kafka again\n\nkafka\n"),
        ("b.md", "# B\n\nkafka\n"),
    ]);
    let engine = bench.synced();
    let mut asked = request("kafka");
    asked.hits_of_a_page = 1;
    let answer = engine.search(&asked, &CancelToken::new()).unwrap();
    assert_eq!(paths(&answer), ["a.md", "b.md"]);
    asked.exclude = vec!["a.md".to_owned(), "absent.md".to_owned()];
    let answer = engine.search(&asked, &CancelToken::new()).unwrap();
    assert_eq!(paths(&answer), ["b.md"]);
    for wrong in [0, 3] {
        asked.hits_of_a_page = wrong;
        let error = engine.search(&asked, &CancelToken::new()).unwrap_err();
        assert_eq!(error.code(), "INVALID_ARGUMENT");
    }
}

#[test]
fn operators_are_text() {
    let bench = Bench::with(&[("a.md", "# Notes\n\nAND or NOT a:b C++ \"quoted\" --flag (x)\n")]);
    let engine = bench.synced();
    for query in ["AND", "a:b", "\"unbalanced quoted", "--flag", "C++", "NOT (x", "*", "a AND AND"]
    {
        let answer = search(&engine, query);
        assert!(query == "*" || !answer.hits.is_empty(), "{query}");
    }
}

#[test]
fn questions_without_words_have_an_empty_answer() {
    let bench = Bench::with(&[("a.md", "# A\n\nthe and of\n")]);
    let engine = bench.synced();
    for query in ["", "   \n", "🦀🦀", "?!"] {
        assert!(search(&engine, query).hits.is_empty(), "{query:?}");
    }
    assert_eq!(paths(&search(&engine, "the of")), ["a.md"], "stop words alone are asked for");
}

#[test]
fn queries_over_the_limit_are_refused_and_long_ones_answered() {
    let bench = Bench::with(&[("a.md", "# A\n\nneedle\n")]);
    let engine = bench.synced();
    let long = format!("{} needle", "hay ".repeat(2000));
    assert_eq!(paths(&search(&engine, &long)), ["a.md"]);
    let refused = engine.search(&request(&"x".repeat(1_000_000)), &CancelToken::new());
    let error = refused.unwrap_err();
    assert_eq!(error.code(), "LIMIT_EXCEEDED");
    assert!(error.to_string().contains("8192"), "{error}");
}

#[test]
fn the_limit_has_a_range() {
    let bench = Bench::with(&[("a.md", "# A\n")]);
    let engine = bench.synced();
    for limit in [0, 21, u32::MAX] {
        let mut request = request("a");
        request.limit = limit;
        let error = engine.search(&request, &CancelToken::new()).unwrap_err();
        assert!(error.to_string().contains("from 1 to 20"), "{error}");
    }
}

#[test]
fn a_path_filter_is_part_of_retrieval() {
    let bench = Bench::new();
    // More matching pages than there are candidates, all better than the one asked for.
    for page in 0..150 {
        bench.write(&format!("noise/{page}.md"), "# Kafka\n\nkafka kafka kafka\n");
    }
    bench.write("team/docs/kafka.md", "# Notes\n\nkafka among very many other words here\n");
    bench.write("team/docs-secret/kafka.md", "# Kafka\n\nkafka\n");
    let engine = bench.synced();
    for spelling in ["team/docs", "team/docs/", "./team/docs", "/team/docs/", "team/docs/kafka.md"]
    {
        assert_eq!(in_folder(&engine, "kafka", spelling).unwrap(), ["team/docs/kafka.md"]);
    }
    assert_eq!(in_folder(&engine, "kafka", ".").unwrap().len(), 5);
    let error = in_folder(&engine, "kafka", "team/dcos").unwrap_err();
    let Error::NotFound { nearest, .. } = &error else { panic!("{error}") };
    assert_eq!(nearest[0], "team/docs");
}

#[test]
fn several_paths_and_globs_narrow_a_search() {
    let bench = Bench::new();
    for folder in ["docs", "docs/sub", "teams/core/runbooks", "teams/web/runbooks", "teams/web/x"] {
        bench.write(&format!("{folder}/kafka.md"), "# Kafka\n\nkafka\n");
    }
    bench.write("gone/kafka.md", "# Kafka\n\nkafka\n");
    let engine = bench.synced();
    bench.remove("gone/kafka.md");
    sync(&engine);
    let found = |paths: &[&str]| -> lectern_core::Result<Vec<String>> {
        let mut request = request("kafka");
        request.limit = 20;
        request.paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let answer = engine.search(&request, &CancelToken::new())?;
        Ok(answer.hits.into_iter().map(|hit| hit.path).collect())
    };
    let runbooks = ["teams/core/runbooks/kafka.md", "teams/web/runbooks/kafka.md"];
    for globs in [&["teams/*/runbooks"][..], &["teams/*/runbooks/*.md"], &["runbook*"]] {
        assert_eq!(found(globs).unwrap(), runbooks, "{globs:?}");
    }
    assert_eq!(found(&["docs/*.md"]).unwrap(), ["docs/kafka.md"]);
    assert_eq!(found(&["{docs,teams/core}/**/kafka.md"]).unwrap().len(), 3);
    assert_eq!(found(&["docs/sub", "teams/web"]).unwrap().len(), 3);
    assert_eq!(found(&["docs", "."]).unwrap().len(), 5);
    // One of several that takes in nothing is told, and so is a folder whose pages are gone.
    for unknown in [&["docs", "temas"][..], &["teams/*/runboks"], &["gone"]] {
        let error = found(unknown).unwrap_err();
        let Error::NotFound { message, nearest } = &error else { panic!("{error}") };
        assert!(message.contains(unknown.last().unwrap()), "{message}");
        assert!(!nearest.is_empty(), "{message}");
    }
    let error = found(&["docs/{a"]).unwrap_err();
    assert!(matches!(error, Error::InvalidArgument { .. }), "{error}");
}

#[test]
fn links_lend_their_words_to_the_page_and_the_section_they_lead_to() {
    let filler = "Some words stand about nothing that is asked for.\n".repeat(4);
    let bench = Bench::with(&[
        ("a.md", &format!("{filler}\n[paging policy](ops/b.md#escalate), [here](ops/c.md)\n")),
        ("z.md", &format!("{filler}\n[here](ops/c.md) and [paging policy](ops/gone.md)\n")),
        ("ops/b.md", &format!("# B\n\n{filler}\n## Other\n\nx\n\n## Escalate\n\n{filler}\n")),
        ("ops/c.md", &format!("# C\n\n{filler}\n")),
    ]);
    let engine = bench.synced();
    let hits = search(&engine, "paging policy").hits;
    let linked: Vec<_> = hits.iter().filter(|hit| hit.path == "ops/b.md").collect();
    assert_eq!(linked[0].section, "escalate");
    let mut only = request("paging policy");
    only.exclude = vec!["a.md".to_owned(), "z.md".to_owned()];
    let called = engine.search(&only, &CancelToken::new()).unwrap();
    assert!(called.confidence > 0.99, "{}", called.confidence);
    for hit in &hits {
        assert_eq!(hit.signals.link_text > 0.0, hit.path == "ops/b.md", "{}", hit.path);
        assert!((hit.signals.score() - hit.score).abs() < 1e-12);
    }
    // What says nothing lends nothing.
    assert!(!paths(&search(&engine, "here")).contains(&"ops/c.md"));

    let with = |texts: LinkTexts| {
        let mut options = bench.options();
        options.link_texts = texts;
        let engine = lectern_core::Engine::open(options).unwrap();
        paths(&search(&engine, "paging policy")).iter().map(|path| (*path).to_owned()).collect()
    };
    let pages: Vec<String> = with(LinkTexts::Without(vec!["a.md".to_owned()]));
    assert_eq!(pages, ["a.md", "z.md"]);
    let pages: Vec<String> = with(LinkTexts::None);
    assert_eq!(pages, ["a.md", "z.md"]);

    // The link goes, and what it lent goes with it; the target is not touched.
    bench.write("a.md", "# A\n\nnothing\n");
    sync(&engine);
    assert_eq!(paths(&search(&engine, "paging policy")), ["z.md"]);
}

#[test]
fn of_pages_with_one_name_a_link_means_the_nearest_and_of_two_none() {
    let bench = Bench::with(&[
        ("x/a.md", "[[setup|the paging policy]]\n"),
        ("x/setup.md", "# Setup\n\nx\n"),
        ("y/setup.md", "# Setup\n\ny\n"),
        ("z/b.md", "[[setup|the travel rules]]\n"),
    ]);
    let engine = bench.synced();
    assert_eq!(paths(&search(&engine, "paging policy")), ["x/a.md", "x/setup.md"]);
    assert_eq!(paths(&search(&engine, "travel rules")), ["z/b.md"]);
}

#[test]
fn a_section_that_alone_holds_an_identifier_is_found_among_many_that_hold_its_parts() {
    let bench = Bench::new();
    for page in 0..300 {
        bench.write(
            &format!("default/action/{page}.md"),
            "# Default action\n\n## The default action\n\ndefault action default action\n",
        );
    }
    let filler = "Other words stand here about something else entirely.\n".repeat(30);
    bench.write("rules.md", format!("# Firewall\n\n{filler}\nset `default_action` here\n"));
    let answer = search(&bench.synced(), "default_action");
    assert_eq!(paths(&answer)[0], "rules.md");
}

#[test]
fn synonyms_are_searched_for_beside_what_was_asked_and_told() {
    let bench = Bench::with(&[
        ("leave.md", "# Vacation\n\npaid time off\n"),
        ("k.md", "# Kubernetes\n\nupgrade\n"),
        ("short.md", "# K8s\n\nupgrade\n"),
    ]);
    let file = bench.folder.path().join("synonyms.txt");
    let with = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let mut options = bench.options();
        options.synonyms_file = Some(file.clone());
        lectern_core::Engine::open(options)
    };
    let engine = with("pto => paid time off, vacation\nk8s, kubernetes, kube\n").unwrap();
    sync(&engine);
    let answer = search(&engine, "PTO");
    assert_eq!(paths(&answer), ["leave.md"]);
    assert_eq!(answer.expanded[0].word, "pto");
    assert_eq!(answer.expanded[0].synonyms, ["paid time off", "vacation"]);
    // What a word stands for is as sure as the word.
    assert!(answer.confidence > 0.99, "{}", answer.confidence);
    assert!(answer.unmatched.is_empty() && answer.corrected.is_empty());
    // A word that was typed counts more than one that stands for another.
    assert_eq!(paths(&search(&engine, "k8s")), ["short.md", "k.md"]);
    assert!(search(&engine, "vacation").expanded.is_empty());

    for (text, said) in [("a, b\nalone\n", "line 2"), ("a => \n", "line 1")] {
        let Err(error) = with(text) else { panic!("{text:?} was taken") };
        assert!(error.to_string().contains(said), "{error}");
    }
    std::fs::write(&file, [b'a', b',', b'b', b'\n', 0xff]).unwrap();
    let mut options = bench.options();
    options.synonyms_file = Some(file.clone());
    let Err(error) = lectern_core::Engine::open(options.clone()) else { panic!("taken") };
    assert!(error.to_string().contains("not UTF-8 at line 2"), "{error}");
    options.synonyms_file = Some(bench.folder.path().join("none.txt"));
    let Err(error) = lectern_core::Engine::open(options) else { panic!("taken") };
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn a_page_gives_at_most_two_hits() {
    let sections = ["a", "b", "c", "d"].map(|n| format!("## Part {n}\n\nkafka\n\n")).concat();
    let bench = Bench::with(&[("many.md", &sections), ("one.md", "# One\n\nkafka\n")]);
    let answer = search(&bench.synced(), "kafka");
    assert_eq!(paths(&answer).iter().filter(|path| **path == "many.md").count(), 2);
    assert!(paths(&answer).contains(&"one.md"));
}
