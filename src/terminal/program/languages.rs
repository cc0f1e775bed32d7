//! Languages with a prompt of their own, and debuggers.

use super::{ALWAYS, Grammar, MANY, PLAIN, Program, sure, unsure, verbs, with};

const READS: Program = Program { grammar: Grammar::Brackets, opens: ALWAYS, words: 0, scripts: true, ..PLAIN };

const NODE: Program = Program {
    languages: &["js", "javascript", "node", "nodejs"],
    prompts: &[unsure("> ", &["> "])],
    more: &[sure(r"\.{3,} ", &["... "]), unsure(r"\| ", &["| "])],
    goodbye: &[".exit", "process.exit("],
    refuses: Some((r"^Uncaught( |:|$)", "Uncaught ReferenceError: x is not defined")),
    ..READS
};

const PYTHON: Program = Program {
    grammar: Grammar::Python,
    languages: &["python", "py", "python3", "pycon"],
    typed: &["pycon"],
    batch: &["-c", "-m", "-V", "-h", "--version", "--help"],
    prompts: &[sure(">>> ", &[">>> "])],
    more: &[sure(r"\.\.\. ", &["... "])],
    goodbye: &["exit()", "quit()", "exit(", "quit(", "exit", "quit"],
    refuses: Some((
        r"^Traceback \(most recent call last\):|^(Syntax|Indentation|Tab)Error: ",
        "Traceback (most recent call last):",
    )),
    everyday: true,
    ..READS
};

const IRB: Program = Program {
    languages: &["ruby", "rb", "irb"],
    typed: &["irb"],
    prompts: &[
        sure(r"irb\([^)]*\)(:\d+)*> ?", &["irb(main):001:0> ", "irb(main):001> "]),
        unsure(r">> |[\w-]+\(\w+\)(:\d+)*> ", &["shop(dev)> ", ">> "]),
    ],
    more: &[sure(r#"irb\([^)]*\)(:\d+)*[*"'] "#, &["irb(main):002:1* "])],
    goodbye: &["exit", "quit"],
    refuses: Some((
        r"^\(irb\):\d+:in .*\([A-Z][\w:]*\)$",
        "(irb):1:in `<main>': undefined local variable or method `x' (NameError)",
    )),
    ..READS
};

const DEBUGGER: Program = Program { words: MANY, scripts: false, goodbye: &["quit", "q", "exit"], ..READS };

#[rustfmt::skip]
pub(super) static ROWS: &[Program] = &[
    Program {
        names: &["python3", "python", "python2", "pypy3"],
        serves: &[verbs(&["http.server", "SimpleHTTPServer"])],
        ..PYTHON
    },
    Program {
        names: &["ipython", "ipython3"],
        prompts: &[sure(r"In \[\d+\]: ", &["In [1]: "])],
        more: &[sure(r" {2,20}\.\.\.: ", &["   ...: "])],
        ..PYTHON
    },
    Program { names: &["ptpython", "bpython"], ..PYTHON },
    Program { names: &["jupyter"], opens: verbs(&["console"]), words: MANY, serves: &[verbs(&["notebook", "lab", "server"])], prompts: &[sure(r"In \[\d+\]: ", &["In [1]: "])], more: &[sure(r" {2,20}\.\.\.: ", &["   ...: "])], ..PYTHON },
    Program { names: &["pyspark"], ..PYTHON },
    Program { names: &["manage.py", "django-admin"], opens: verbs(&["shell", "shell_plus"]), words: MANY, serves: &[verbs(&["runserver"])], scripts: false, ..PYTHON },
    Program { names: &["flask"], opens: verbs(&["shell"]), words: MANY, serves: &[verbs(&["run"])], scripts: false, ..PYTHON },
    Program { names: &["node", "nodejs"], batch: &["-e", "-p", "-v", "-h", "--eval", "--print", "--version", "--help", "--check", "--test"], everyday: true, ..NODE },
    Program { names: &["deno"], opens: ALWAYS, languages: &["ts", "typescript", "js", "javascript", "deno"], batch: &["--version", "-V", "--help", "eval", "run", "test", "task", "fmt", "lint", "install", "serve", "compile", "check"], words: 1, goodbye: &["close()", ".exit", "exit"], scripts: false, ..NODE },
    Program { names: &["bun"], opens: verbs(&["repl"]), words: 1, languages: &["ts", "js", "javascript"], prompts: &[unsure("(bun )?> ", &["> ", "bun > "])], goodbye: &[".exit", "exit"], scripts: false, ..NODE },
    Program { names: &["ts-node", "tsx", "coffee"], languages: &["ts", "typescript", "coffee"], prompts: &[unsure("(coffee)?> ", &["> "])], ..NODE },
    Program { names: &["irb"], valued: &["-r", "-I"], batch: &["-v", "--version", "--help"], ..IRB },
    Program { names: &["pry"], prompts: &[sure(r"\[\d+\] pry\([^)]*\)> ", &["[1] pry(main)> "])], more: &[sure(r"\[\d+\] pry\([^)]*\)\* ", &["[1] pry(main)* "])], ..IRB },
    Program { names: &["rails"], opens: verbs(&["console", "c", "dbconsole"]), words: MANY, serves: &[verbs(&["server", "s"])], scripts: false, prompts: &[sure(r"irb\([^)]*\)(:\d+)*> ", &["irb(main):001:0> "]), sure(r"[\w-]+\((dev|prod|test)\)(:\d+)*> ", &["shop(dev)> ", "shop(dev):001> "])], ..IRB },
    Program { names: &["php"], languages: &["php"], opens: with(&[], &["-a"]), serves: &[with(&[], &["-S"])], batch: &["-r", "-v", "-m", "-i", "-l", "--version"], prompts: &[sure("php > ", &["php > "])], more: &[sure(r#"(php [{('"]|<<< \w+) "#, &["php { ", "php ( "])], goodbye: &["exit", "quit", "exit;"], refuses: Some((r"^(PHP )?(Warning|Parse error|Fatal error|Uncaught)\b.*", "Warning: Uncaught Error: Undefined constant")), ..READS },
    Program { names: &["artisan"], languages: &["php"], opens: verbs(&["tinker"]), words: MANY, scripts: false, serves: &[verbs(&["serve"])], prompts: &[unsure("> ", &["> "]), sure(">>> ", &[">>> "])], more: &[unsure(r"\. |\.\.\. ", &[". "])], goodbye: &["exit", "quit", "q"], ..READS },
    Program { names: &["psysh"], languages: &["php"], prompts: &[unsure("(>>>|>) ", &["> "])], goodbye: &["exit", "quit", "q"], ..READS },
    Program { names: &["iex"], languages: &["elixir", "iex", "ex", "exs"], typed: &["iex"], words: MANY, valued: &["-S", "--name", "--sname", "--cookie", "-r", "-pa"], prompts: &[sure(r"iex\([^)]*\)\d*> ", &["iex(1)> ", "iex(web@vm)1> "])], more: &[sure(r"\.\.\.(\(\S*\))?> ", &["...(1)> "])], goodbye: &["System.halt", "System.stop", ":init.stop"], refuses: Some((r"^\*\* \(\w+", "** (CompileError) iex:1: undefined function x/0")), ..READS },
    Program { names: &["erl"], languages: &["erlang", "erl"], words: MANY, grammar: Grammar::Brackets, prompts: &[sure(r"\(\S+@\S+\)\d+> ", &["(web@vm)1> "]), unsure(r"\d+> ", &["1> "])], goodbye: &["q().", "halt().", "init:stop()."], refuses: Some((r"^\* \d+:|^\*\* (exception|\d+:)", "* 1:2: syntax error before: x")), ..READS },
    Program { names: &["swipl", "gprolog", "prolog"], languages: &["prolog", "swipl"], words: 1, batch: &["-g", "-t", "--version"], prompts: &[sure(r"(\d+ |\| )?\?- ", &["?- ", "1 ?- ", "| ?- "])], more: &[unsure(r"\|    |\| ", &["|    "])], goodbye: &["halt.", "halt"], ..READS },
    Program { names: &["R", "Rterm"], languages: &["r"], batch: &["-e", "-f", "--version", "CMD"], prompts: &[unsure("> ", &["> "])], more: &[unsure(r"\+ ", &["+ "])], goodbye: &["q()", "quit()", "q("], refuses: Some((r"^Error( in .*)?: ", "Error: object 'x' not found")), ..READS },
    Program { names: &["julia"], languages: &["julia", "jl", "julia-repl"], typed: &["julia-repl"], valued: &["-t", "-p", "--project"], batch: &["-e", "-E", "-v", "--version"], prompts: &[sure(r"(julia|shell|help\?|(\([^)]*\) )?pkg)> ", &["julia> ", "(@v1.10) pkg> ", "help?> "])], goodbye: &["exit()"], refuses: Some((r"^ERROR: ", "ERROR: UndefVarError: `x` not defined")), ..READS },
    Program { names: &["lua", "luajit", "lua5.3", "lua5.4", "lua5.1"], languages: &["lua"], batch: &["-e", "-v"], prompts: &[unsure("> ", &["> "])], more: &[unsure(">> ", &[">> "])], goodbye: &["os.exit()", "os.exit("], ..READS },
    Program { names: &["scala", "spark-shell", "amm"], languages: &["scala"], words: MANY, batch: &["-version", "--version", "run", "compile"], prompts: &[sure("(scala>|@) ", &["scala> "])], more: &[unsure(r" +\| ", &["     | "])], goodbye: &[":q", ":quit", "exit"], ..READS },
    Program { names: &["sbt"], opens: ALWAYS, words: 0, prompts: &[unsure(r"sbt(:[\w-]+)?> ", &["sbt:shop> "])], goodbye: &["exit"], scripts: false, ..READS },
    Program { names: &["jshell"], languages: &["java", "jshell"], typed: &["jshell"], prompts: &[sure("jshell> ", &["jshell> "])], more: &[sure(r" {3}\.\.\.> ", &["   ...> "])], goodbye: &["/exit", "/ex"], refuses: Some((r"^\|  (Error|Exception)", "|  Error:")), ..READS },
    Program { names: &["kotlinc", "kotlin", "ki"], languages: &["kotlin", "kt"], prompts: &[sure(">>> ", &[">>> "]), unsure(r"\[\d+\] ", &["[0] "])], goodbye: &[":quit", ":q"], ..READS },
    Program { names: &["groovysh"], languages: &["groovy"], prompts: &[sure(r"groovy:\d+> ", &["groovy:000> "])], goodbye: &[":exit", ":quit", ":q", "exit"], ..READS },
    Program { names: &["ghci", "stack", "cabal"], languages: &["haskell", "hs", "ghci"], typed: &["ghci"], opens: ALWAYS, words: MANY, batch: &["build", "install", "new", "test", "update", "exec", "run", "init", "setup", "-e", "--version"], prompts: &[sure(r"(ghci|Prelude|λ)( [A-Z][\w.]*)*> ", &["ghci> ", "Prelude> ", "Prelude Data.List> "]), unsure(r"\*?[A-Z][\w.]*( \*?[A-Z][\w.]*)*> ", &["*Main> "])], more: &[sure(r"(ghci|Prelude.*)\| ", &["ghci| "])], goodbye: &[":q", ":quit"], refuses: Some((r"^<interactive>:\d+:\d+: error", "<interactive>:1:1: error: Variable not in scope: x")), scripts: false, ..READS },
    Program { names: &["clojure", "clj", "lein", "bb", "boot"], languages: &["clojure", "clj"], opens: ALWAYS, words: 1, batch: &["-M", "-X", "-T", "-e", "new", "run", "test", "deps", "uberjar", "jar", "compile", "install", "help", "version", "-version", "--version"], prompts: &[sure(r"[\w.-]+=> ", &["user=> ", "shop.core=> "])], more: &[unsure(r" *#_=> ", &["  #_=> "])], goodbye: &["(exit)", "(quit)", ":repl/quit", "exit", "quit", "(System/exit"], refuses: Some((r"^(Syntax error|Execution error|CompilerException)", "Syntax error compiling at (REPL:1:1).")), ..READS },
    Program { names: &["sbcl", "clisp", "ecl", "ccl"], languages: &["lisp", "common-lisp"], batch: &["--version", "--script", "--eval"], prompts: &[unsure(r"(\*|\d+\]|\[\d+\]>|>|\?) ", &["* ", "[1]> "])], goodbye: &["(quit)", "(exit)", "(sb-ext:quit)", "(sb-ext:exit)"], ..READS },
    Program { names: &["guile"], languages: &["scheme", "guile"], batch: &["-c", "--version"], prompts: &[sure(r"scheme@\([^)]*\)( \[\d+\])?> ", &["scheme@(guile-user)> "])], goodbye: &[",q", ",quit", "(exit)", "(quit)"], ..READS },
    Program { names: &["racket", "csi", "scheme", "chez", "gsi", "mit-scheme"], languages: &["racket", "scheme"], batch: &["-e", "--version"], prompts: &[unsure(r"(\d+ \]=>|#;\d+>|>|[\w.-]+\.rkt>) ", &["> ", "1 ]=> "])], goodbye: &["(exit)", ",exit"], ..READS },
    Program { names: &["ocaml", "utop"], languages: &["ocaml", "ml"], batch: &["-version", "-e"], prompts: &[sure("utop( #|\\[\\d+\\]>) ", &["utop # "]), unsure("# ", &["# "])], goodbye: &["#quit;;", "exit 0;;"], ..READS },
    Program { names: &["dotnet", "fsharpi", "csharp", "csharprepl"], languages: &["fsharp", "csharp"], opens: verbs(&["fsi", "repl"]), words: 1, prompts: &[unsure("(csharp)?> ", &["> ", "csharp> "])], more: &[unsure("- ", &["- "])], goodbye: &["#quit;;", "#q;;", "exit"], ..READS },
    Program { names: &["elm"], languages: &["elm"], opens: verbs(&["repl"]), words: 1, prompts: &[unsure("> ", &["> "])], more: &[unsure(r"\| ", &["| "])], goodbye: &[":exit", ":quit"], scripts: false, ..READS },
    Program { names: &["evcxr", "irust"], languages: &["rust"], prompts: &[unsure("(>>|In:) ", &[">> "])], goodbye: &[":quit", ":q"], ..READS },
    Program { names: &["swift"], languages: &["swift"], opens: ALWAYS, words: 1, batch: &["build", "run", "test", "package", "--version"], prompts: &[unsure(r" +\d+> ", &["  1> "])], more: &[unsure(r" +\d+\. ", &["  2. "])], goodbye: &[":quit", ":q"], ..READS },
    Program { names: &["gore", "yaegi"], languages: &["go"], prompts: &[unsure("(gore)?> ", &["gore> "])], goodbye: &[":quit"], ..READS },
    Program { names: &["tclsh", "wish", "expect"], languages: &["tcl"], prompts: &[unsure(r"% ", &["% "]), sure(r"expect\d+\.\d+> ", &["expect1.1> "])], goodbye: &["exit"], ..READS },
    Program { names: &["octave", "octave-cli"], languages: &["octave", "matlab"], batch: &["--eval", "--version"], prompts: &[sure(r"octave(-[\w.]+)?:\d+> ", &["octave:1> "]), unsure(">> ", &[">> "])], goodbye: &["exit", "quit"], refuses: Some((r"^error: ", "error: 'x' undefined")), ..READS },
    Program { names: &["sage"], languages: &["sage"], grammar: Grammar::Python, batch: &["-c", "--version"], prompts: &[sure("sage: ", &["sage: "])], more: &[sure(r"\.{4}: ", &["....: "])], goodbye: &["quit", "exit", "exit()"], ..READS },
    Program { names: &["gnuplot"], languages: &["gnuplot"], batch: &["-e", "--version"], prompts: &[sure("(gnu|multi)plot> ", &["gnuplot> "])], more: &[unsure("> ", &["> "])], goodbye: &["exit", "quit", "q"], ..READS },
    Program { names: &["maxima"], languages: &["maxima"], prompts: &[sure(r"\(%i\d+\) ", &["(%i1) "])], goodbye: &["quit();"], ..READS },
    Program { names: &["gp", "gap", "scilab-cli", "matlab"], prompts: &[unsure(r"(\?|gap>|-->|>>) ", &["gap> ", ">> "])], goodbye: &["quit", "quit;", "exit"], ..READS },
    Program { names: &["coqtop", "idris2", "agda"], prompts: &[unsure(r"([A-Z]\w* <|[A-Z]\w*>) ", &["Coq < ", "Main> "])], goodbye: &["Quit.", ":q", ":quit"], ..READS },
    Program { names: &["bc", "dc"], languages: &["bc"], opens: ALWAYS, words: 0, batch: &["-v", "--version", "-e"], goodbye: &["quit", "q"], ..READS },
    Program { names: &["calc", "qalc", "units"], prompts: &[unsure(r"(;|>|You (have|want):) ", &["> ", "You have: "])], goodbye: &["quit", "exit"], ..READS },
    Program { names: &["perl"], languages: &["perl"], opens: with(&[], &["-d", "-de"]), words: MANY, scripts: true, prompts: &[sure(r"  DB<+\d+>+ ", &["  DB<1> "])], goodbye: &["q"], ..READS },
    Program { names: &["nix"], languages: &["nix"], opens: verbs(&["repl"]), words: MANY, prompts: &[sure("nix-repl> ", &["nix-repl> "])], goodbye: &[":q", ":quit"], scripts: false, ..READS },
    Program { names: &["terraform", "tofu"], languages: &["hcl"], opens: verbs(&["console"]), words: MANY, prompts: &[unsure("> ", &["> "])], goodbye: &["exit"], scripts: false, ..READS },
    Program { names: &["gdb", "rust-gdb", "cgdb", "gdb-multiarch"], batch: &["-batch", "--batch", "--version"], prompts: &[sure(r"\(gdb\) |gdb-peda\$ |gef➤  |pwndbg> ", &["(gdb) "])], more: &[unsure(" *>", &[" >"])], ..DEBUGGER },
    Program { names: &["lldb", "rust-lldb"], batch: &["--batch", "-b", "--version"], prompts: &[sure(r"\(lldb\) ", &["(lldb) "])], ..DEBUGGER },
    Program { names: &["pdb", "pdb3", "ipdb", "pudb"], prompts: &[sure(r"\((Pdb|Pdb\+\+)\) |ipdb> ", &["(Pdb) ", "ipdb> "])], ..DEBUGGER },
    Program { names: &["dlv", "byebug", "rdbg", "jdb"], prompts: &[sure(r"\((dlv|byebug|rdbg|ruby)\) ", &["(dlv) ", "(byebug) "])], ..DEBUGGER },
];
