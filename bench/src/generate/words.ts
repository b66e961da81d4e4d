/** The words that are written out: function words in order of frequency, and words of the trade. */

/** The commonest words of English prose, most frequent first. */
export const FUNCTION_WORDS: readonly string[] = (
  "the to a and of is in for you this that be on it with are as if we or can not from by an will use " +
  "your when have all should our at which but has any one more they other no do so then into only also " +
  "there what how after before each must new their its may some than these us about was them up out " +
  "first most over between where been who same need both during such while without via because make " +
  "time through those under using per within until used here does every following see add set run way"
).split(" ");

/** Things that pages are about. */
export const NOUNS: readonly string[] = (
  "service cluster deployment database table schema migration backup replica queue topic consumer " +
  "producer message event batch job worker scheduler pipeline build release branch commit review " +
  "incident alert runbook dashboard metric trace log threshold budget quota limit policy rule role " +
  "permission token secret key certificate account tenant customer invoice payment ledger order " +
  "shipment parcel label address region zone network gateway proxy router endpoint request response " +
  "header payload session cookie cache index query document section template form field value default " +
  "setting flag variable file folder volume disk node pod container image registry package dependency " +
  "version license audit report ticket owner team rotation schedule calendar meeting interview " +
  "onboarding laptop editor terminal command script module library interface contract adapter client " +
  "server host port socket stream buffer chunk record row column partition shard snapshot archive " +
  "retention window timeout retry failure error warning outage recovery rollback canary experiment " +
  "feature product roadmap estimate sprint goal decision proposal standard guideline checklist example " +
  "test fixture mock coverage benchmark profile memory thread process kernel signal lock lease leader"
).split(" ");

/** What is done to them. */
export const VERBS: readonly string[] = (
  "add remove rotate restore restart replace configure enable disable deploy roll upgrade migrate " +
  "create delete rename move copy export import inspect debug trace measure verify approve review " +
  "request grant revoke renew schedule pause resume drain scale resize archive rebuild reindex publish " +
  "subscribe validate test monitor silence escalate document announce onboard"
).split(" ");

/** How they are. */
export const ADJECTIVES: readonly string[] = (
  "shared internal external public private regional global stale slow failed pending nightly weekly " +
  "manual automatic temporary permanent legacy encrypted read-only incremental partial idempotent " +
  "asynchronous distributed primary secondary orphaned"
).split(" ");

/** Other frequent words of such pages. */
export const OTHER_WORDS: readonly string[] = (
  "work change people company page link access available always often usually already currently " +
  "instead again later today week month year day hour minute number name list part case step steps " +
  "information process support please ensure check find look open write read start stop keep help " +
  "provide require contain include allow update question answer problem cause result note important " +
  "example possible required different several multiple common general specific local current existing " +
  "based related known right large small high low long short full empty single double"
).split(" ");

/** Areas of a company, the first folders. */
export const AREAS: readonly string[] =
  "platform payments logistics identity search data mobile security people support growth research".split(
    " ",
  );

/** Ends of alert names, with the words a person would use. */
export const SYMPTOMS: readonly (readonly [name: string, words: string])[] = [
  ["NotReady", "is not ready"],
  ["Down", "is down"],
  ["LatencyHigh", "answers too slowly"],
  ["ErrorRateHigh", "returns too many errors"],
  ["BacklogGrowing", "falls behind"],
  ["FillingUp", "will be full soon"],
  ["Restarting", "restarts again and again"],
  ["ReplicationLag", "is behind its primary"],
  ["Expiring", "expires soon"],
  ["Saturated", "has no capacity left"],
];

/** What a page is for. */
export type Kind = "guide" | "how-to" | "reference" | "runbook" | "decision";

/** Headings that many pages have, by kind of page. */
export const COMMON_HEADINGS: Readonly<Record<Kind, readonly string[]>> = {
  guide: ["Overview", "Background", "Goals", "Prerequisites", "Examples", "Resources", "FAQ"],
  "how-to": ["Overview", "Prerequisites", "Steps", "Verify", "Troubleshooting", "Clean up"],
  reference: ["Overview", "Configuration", "Parameters", "Defaults", "Examples", "Limits"],
  runbook: ["Meaning", "Impact", "Diagnosis", "Mitigation", "Escalation", "See also"],
  decision: ["Status", "Context", "Decision", "Consequences", "Alternatives", "References"],
};

/** Why something fails, at the end of an error message. */
export const REASONS: readonly string[] = [
  "connection refused",
  "deadline exceeded",
  "permission denied",
  "checksum does not match",
  "no such file or directory",
  "already exists",
  "unexpected end of input",
  "resource temporarily unavailable",
];
