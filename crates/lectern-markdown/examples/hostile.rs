#![allow(warnings, clippy::all, clippy::pedantic)]
//! Throwaway.
use std::time::Instant;
fn time(s: &str) -> f64 {
    let src = match lectern_markdown::Source::decode(s.as_bytes()) { Ok(s)=>s, Err(_)=> return 0.0 };
    let t = Instant::now();
    let p = lectern_markdown::parse("a/b.md", &src);
    std::hint::black_box(&p);
    drop(p);
    t.elapsed().as_secs_f64()
}
struct Lcg(u64);
impl Lcg { fn next(&mut self, n: usize) -> usize { self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); ((self.0 >> 33) as usize) % n } }
const TOK: &[&str] = &[">", "> ", "- ", "* ", "1. ", "[", "]", "(", ")", "[^", "]:", "[^a]:", "[a]: b\n", "\n", "\n", "\n", "\n\n", " ", "  ", "    ", "<", "<!--", "-->", "<!", "<?", "<![CDATA[", "<a ", "<a", "<a href=\"", "=", "\"", "'", "*", "_", "**", "~", "~~", "`", "``", "```", "\\", "!", "![", "[[", "]]", "|", "|-|", "|a", "\t", "#", "# ", "===", "---", "a", "a", "b", "&", "&#", "^", "+", ":", "<div>", "</div>", "{", "{{<", "}}", "](", "](a)", "http://", "</", "<pre>", "<script>", "- [ ] ", "\u{a0}", "é", "\r", "{#a}", "- a\n", "-", "a:", "---\n"];
fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args[1] == "fuzz" {
        let seed: u64 = args[2].parse().unwrap();
        let secs: f64 = args[3].parse().unwrap();
        let mut r = Lcg(seed);
        let start = Instant::now();
        let mut n = 0;
        while start.elapsed().as_secs_f64() < secs {
            n += 1;
            let mut part = |r: &mut Lcg, max: usize| { let k = r.next(max + 1); (0..k).map(|_| TOK[r.next(TOK.len())]).collect::<String>() };
            let pre = if r.next(2) == 0 { String::new() } else { part(&mut r, 3) };
            let suf = if r.next(2) == 0 { String::new() } else { part(&mut r, 3) };
            let rep = part(&mut r, 5);
            if rep.is_empty() { continue; }
            let mk = |bytes: usize| format!("{pre}{}{suf}", rep.repeat(bytes / rep.len()));
            let b = 32768;
            let tb = time(&mk(b));
            if tb < 0.002 { continue; }
            let ta = time(&mk(b/4)).min(time(&mk(b/4))).max(1e-7);
            let tb = tb.min(time(&mk(b)));
            if tb / ta > 7.0 && tb > 0.002 { println!("{:8.2}ms x{:5.1} {:?} {:?} {:?}", tb*1e3, tb/ta, pre, rep, suf); }
        }
        eprintln!("{n} patterns");
    }
}
