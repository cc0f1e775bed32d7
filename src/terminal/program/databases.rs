//! Clients of databases and of what is kept elsewhere.

use super::{ALWAYS, Grammar, MANY, PLAIN, Program, sure, unsure, verbs};

const SQL: Program = Program {
    grammar: Grammar::Sql,
    opens: ALWAYS,
    languages: &["sql"],
    typed: &["sql"],
    goodbye: &["exit", "quit"],
    ..PLAIN
};
/// One line is one command.
const LINES: Program = Program { grammar: Grammar::Brackets, opens: ALWAYS, goodbye: &["exit", "quit"], ..PLAIN };

#[rustfmt::skip]
pub(super) static ROWS: &[Program] = &[
    Program {
        names: &["psql"],
        languages: &["sql", "psql", "postgres", "postgresql", "pgsql", "plpgsql"],
        typed: &["sql", "psql", "postgres", "postgresql", "pgsql"],
        words: 2,
        valued: &["-U", "-h", "-p", "-d", "-v", "--username", "--host", "--port", "--dbname"],
        batch: &["-c", "-f", "-l", "-V", "-?", "--command", "--file", "--list", "--version", "--help"],
        prompts: &[sure(r"[\w.-]+[*!?]?=[*!?]?[#>] ", &["nodejs=# ", "my-db=> ", "nodejs=*# "])],
        more: &[sure(r#"[\w.-]+[*!?]?[-('"*$^;][*!?]?[#>] "#, &["nodejs-# ", "nodejs(> ", "nodejs'# "])],
        goodbye: &["\\q", "\\quit", "exit", "quit"],
        refuses: Some((r"^(\S+: )?(ERROR|FATAL|PANIC): |^invalid command \\", "ERROR:  relation \"x\" does not exist")),
        footer: Some((r"\(\d+ rows?\)|Time: [\d.,]+ ms.*", "(3 rows)")),
        ..SQL
    },
    Program {
        names: &["mysql", "mariadb"],
        languages: &["sql", "mysql", "mariadb"],
        typed: &["sql", "mysql"],
        words: 1,
        valued: &["-u", "-h", "-P", "-D", "-S"],
        batch: &["-e", "-V", "-?", "--execute", "--version", "--help"],
        prompts: &[sure("mysql> ", &["mysql> "]), sure(r"(?i:mariadb) \[[^\]]*\]> ", &["MariaDB [(none)]> "])],
        more: &[unsure(r#" *(-|'|"|`|/\*)> "#, &["    -> ", "    '> "])],
        goodbye: &["exit", "quit", "\\q"],
        refuses: Some((r"^ERROR( \d+ \(\w+\))?( at line \d+)?: ", "ERROR 1146 (42S02): Table 'a.b' doesn't exist")),
        footer: Some((r"(\d+ rows?|Empty set)( affected| in set)?(, \d+ warnings?)? \([\d.]+ (sec|min).*\)", "1 row in set (0.001 sec)")),
        everyday: true,
        ..SQL
    },
    Program {
        names: &["mysqlsh"],
        languages: &["mysql"],
        words: 1,
        valued: &["-u", "-h", "-P", "-D", "-S"],
        batch: &["-e", "-f", "--execute", "--file", "--version"],
        prompts: &[sure(r"( ?MySQL .*)?(JS|SQL|PY|mysql-js|mysql-sql|mysql-py) ?> ", &["mysql-js> ", " MySQL  localhost:3306 ssl  JS > "])],
        goodbye: &["\\q", "\\quit", "\\exit"],
        ..SQL
    },
    Program {
        names: &["sqlite3", "sqlite", "sqlcipher"],
        languages: &["sql", "sqlite", "sqlite3"],
        typed: &["sql", "sqlite"],
        words: 1,
        batch: &["-version", "--version", "-help", "--help"],
        prompts: &[sure("sqlite> ", &["sqlite> "])],
        more: &[sure(r" *(\.\.\.|\([^)]*\.\.\.)> ", &["   ...> ", "(x1...> "])],
        goodbye: &[".quit", ".exit", ".q"],
        refuses: Some((r"^(Parse error|Runtime error|Error)( near line \d+| in \w+)?: ", "Parse error: no such table: items")),
        ..SQL
    },
    Program {
        names: &["mongosh", "mongo"],
        grammar: Grammar::Brackets,
        languages: &["js", "javascript", "mongo", "mongodb", "mongosh"],
        typed: &["mongosh"],
        words: 1,
        valued: &["-u", "-p", "--host", "--port", "--username", "--password", "--authenticationDatabase"],
        batch: &["-f", "--eval", "--file", "--version", "--help"],
        prompts: &[
            sure(r"([\w.-]+ ){1,3}\[[\w: -]+\] [\w-]+> ", &["rs0 [direct: primary] test> ", "Atlas atlas-x1-shard-0 [primary] test> "]),
            sure("(mongo|mongosh)> ", &["mongo> "]),
            unsure(r"[\w-]*(:[A-Z]+)?> ", &["test> ", "> ", "rs0:PRIMARY> "]),
        ],
        begins: r"(db\.|use |show |rs\.|sh\.)",
        more: &[unsure(r"(\.{3}|\|) ", &["... "])],
        goodbye: &["exit", "quit", "exit()", "quit()", ".exit"],
        refuses: Some((r"^(Uncaught:?$|(Mongo\w*|Reference|Type|Syntax)Error\b.*: )", "MongoServerError: E11000 duplicate key")),
        ..SQL
    },
    Program {
        names: &["redis-cli", "valkey-cli", "keydb-cli"],
        languages: &["redis", "valkey"],
        typed: &["redis"],
        words: 0,
        valued: &["-h", "-p", "-a", "-n", "-u", "-s", "--user", "--pass"],
        batch: &["-x", "-v", "--version", "--help", "--scan", "--bigkeys", "--latency", "--stat", "--pipe", "--eval"],
        prompts: &[
            sure(r"((redis|valkey) )?[\w.-]+:\d{2,5}(\[\d+\])?(\(\w+\))?> ", &["127.0.0.1:6379> ", "redis 127.0.0.1:6379[1]> ", "localhost:6379(TX)> "]),
            sure(r"(redis|valkey|not connected|redis /\S+)(\[\d+\])?> ", &["not connected> ", "redis> ", "valkey> "]),
        ],
        refuses: Some((r"^\(error\) ", "(error) ERR unknown command")),
        ..LINES
    },
    Program {
        names: &["cqlsh"],
        languages: &["cql", "sql"],
        typed: &["cql"],
        words: 2,
        valued: &["-u", "-p", "-k"],
        batch: &["-e", "-f", "--execute", "--file", "--version"],
        prompts: &[sure(r"([\w.-]+@)?cqlsh(:\w+)?> ", &["cqlsh> ", "cqlsh:shop> ", "cassandra@cqlsh> "])],
        more: &[unsure(r" {3,}\.\.\. ", &["   ... "])],
        refuses: Some((r"^(InvalidRequest|SyntaxException|ConfigurationException|AlreadyExists|Unauthorized|NoHostAvailable): ", "InvalidRequest: Error from server: code=2200")),
        footer: Some((r"\(\d+ rows?\)", "(2 rows)")),
        ..SQL
    },
    Program {
        names: &["clickhouse-client", "clickhouse"],
        languages: &["sql", "clickhouse"],
        words: 1,
        valued: &["-h", "-u", "-d", "--host", "--port", "--user", "--password", "--database"],
        batch: &["-q", "--query", "--queries-file", "--version"],
        prompts: &[sure(r"[\w.-]+ :\) ", &["vm :) "])],
        more: &[sure(r":-\] ", &[":-] "])],
        refuses: Some((r"^Code: \d+\. DB::Exception: ", "Code: 60. DB::Exception: Table does not exist")),
        footer: Some((r"\d+ rows? in set\. Elapsed: .*", "3 rows in set. Elapsed: 0.002 sec.")),
        ..SQL
    },
    Program {
        names: &["cockroach"],
        opens: verbs(&["sql", "demo"]),
        words: MANY,
        valued: &["--host", "-u", "-d", "--url"],
        batch: &["-e", "--execute", "-f", "--file"],
        prompts: &[sure(r"\S+@\S*:\d+/\w+( \w+)?> ", &["root@:26257/defaultdb> ", "root@localhost:26257/movr OPEN> "])],
        more: &[unsure(r" +-> ", &["                     -> "])],
        goodbye: &["\\q", "exit", "quit"],
        refuses: Some((r"^(ERROR|FATAL): ", "ERROR: relation \"x\" does not exist")),
        footer: Some((r"\(\d+ rows?\)|Time: \d+m?s total .*", "(1 row)")),
        ..SQL
    },
    Program { names: &["duckdb"], words: 1, batch: &["-c", "-version", "--version"], prompts: &[unsure("D ", &["D "])], more: &[sure("[·‣] ", &["· "])], goodbye: &[".quit", ".exit"], refuses: Some((r"^(Catalog|Parser|Binder|Conversion) Error:", "Parser Error: syntax error")), ..SQL },
    Program { names: &["osqueryi"], languages: &["sql"], words: 0, valued: &["--config_path"], batch: &["--json", "--csv", "--version"], prompts: &[sure("osquery> ", &["osquery> "])], more: &[unsure(r" *\.\.\.> ", &["    ...> "])], goodbye: &[".exit", ".quit"], refuses: Some((r"^Error: ", "Error: no such table: x")), ..SQL },
    Program { names: &["influx"], words: MANY, batch: &["-execute", "--version"], languages: &["influxql", "sql"], prompts: &[unsure("> ", &["> "])], refuses: Some((r"^ERR: ", "ERR: database not found: x")), ..LINES },
    Program { names: &["sqlcmd", "tsql"], words: 0, valued: &["-S", "-U", "-P", "-H", "-p", "-D", "-d"], batch: &["-Q", "-q", "-i"], prompts: &[unsure(r"\d+> ", &["1> "])], goodbye: &["quit", "exit"], ..SQL },
    Program { names: &["sqlplus", "isql", "isql-fb"], words: 2, prompts: &[sure("SQL> ", &["SQL> "])], more: &[unsure(r" {1,3}\d+  |CON> ", &["  2  ", "CON> "])], refuses: Some((r"^ORA-\d+: |^Statement failed", "ORA-00942: table or view does not exist")), ..SQL },
    Program { names: &["pgcli", "mycli", "litecli"], words: 2, prompts: &[unsure(r"\S+?@?\S+:\S+> ", &["me@localhost:shop> "])], goodbye: &["exit", "quit", "\\q"], ..SQL },
    Program { names: &["trino", "presto", "ksql", "hive", "spark-sql", "tarantool", "cbq", "flink-sql", "surreal-sql"], words: MANY, batch: &["--execute", "-e", "-f"], prompts: &[sure(r"(trino|presto|ksql|hive|spark-sql|tarantool|cbq|Flink SQL)(:\w+|:\w+\.\w+)?( \([\w.]+\))?> ", &["trino> ", "ksql> ", "spark-sql (default)> "])], more: &[unsure(r" *-> |> ", &["     -> "])], ..SQL },
    Program { names: &["beeline"], words: MANY, batch: &["-e", "-f"], prompts: &[sure(r"(\d+: jdbc:hive2:\S+|beeline)> ", &["0: jdbc:hive2://localhost:10000> ", "beeline> "])], more: &[unsure(r"[. ]+> ", &[". . . . . .> "])], goodbye: &["!quit", "!q"], ..SQL },
    Program { names: &["cypher-shell"], languages: &["cypher"], typed: &["cypher"], words: 0, valued: &["-u", "-p", "-a", "-d"], batch: &["-f"], prompts: &[unsure(r"\w+@\w+> ", &["neo4j@neo4j> "])], goodbye: &[":exit", ":quit"], footer: Some((r"\d+ rows? available after .*", "1 row available after 3 ms, consumed after another 0 ms")), ..SQL },
    Program { names: &["surreal"], opens: verbs(&["sql"]), words: MANY, prompts: &[unsure(r"[\w-]+(/[\w-]+)?> ", &["test/test> "])], ..SQL },
    Program { names: &["hbase"], opens: verbs(&["shell"]), words: MANY, prompts: &[sure(r"hbase(\(\w+\))?:\d+:\d+> ", &["hbase(main):001:0> ", "hbase:001:0> "])], footer: Some((r"\d+ row\(s\)( in .*)?", "1 row(s) in 0.0230 seconds")), ..LINES },
    Program { names: &["gremlin.sh", "gremlin"], words: 0, prompts: &[sure("gremlin> ", &["gremlin> "])], goodbye: &[":exit", ":quit"], ..LINES },
    Program { names: &["zkCli.sh", "zkcli", "zookeeper-shell.sh", "zookeeper-shell"], words: MANY, valued: &["-server"], prompts: &[sure(r"\[zk: \S+\(\w+\) \d+\] ", &["[zk: localhost:2181(CONNECTED) 0] "])], goodbye: &["quit"], ..LINES },
    // What is typed is a message.
    Program { names: &["kafka-console-producer.sh", "kafka-console-producer", "kafkacat", "kcat"], words: MANY, prompts: &[unsure("> ?", &[">", "> "])], goodbye: &[], ..LINES },
    Program { names: &["kafka-console-consumer.sh", "kafka-console-consumer"], endless: &[super::without(&[], &["--max-messages", "--timeout-ms"])], ..PLAIN },
    Program { names: &["mosquitto_sub"], endless: &[super::without(&[], &["-C", "-W"])], ..PLAIN },
    Program { names: &["arangosh"], words: 0, languages: &["js"], prompts: &[sure(r"[\w.]+:\d+@\w+> ", &["127.0.0.1:8529@_system> "])], ..LINES },
    Program { names: &["etcdctl", "consul", "vault", "nats"], endless: &[verbs(&["watch"])], ..PLAIN },
];
