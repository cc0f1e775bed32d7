//! The edits of the seed guide.

use crate::{
    edit::{How, apply},
    guide::{self, Registry, Role},
    source::Source,
};

const POSTGRESQL: &str = "# PostgreSQL configuration file\n#\n# name = value\n\ndata_directory = '/var/lib/x'\t\t# use data in another directory\n\n\
#------------------------------------------------------------------------------\n# CONNECTIONS AND AUTHENTICATION\n\
#------------------------------------------------------------------------------\n\n# - Connection Settings -\n\n\
#listen_addresses = 'localhost'\t\t# what IP address(es) to listen on;\n\t\t\t\t\t# comma-separated list of addresses;\n\
\t\t\t\t\t# (change requires restart)\nport = 5432\t\t\t\t# (change requires restart)\nmax_connections = 100\n\n\
#------------------------------------------------------------------------------\n# RESOURCE USAGE\n\
#------------------------------------------------------------------------------\n\nshared_buffers = 128MB\n";

const HBA: &str = "# TYPE  DATABASE        USER            ADDRESS                 METHOD\n\nlocal   all             postgres                                peer\n\
# \"local\" is for Unix domain socket connections only\nlocal   all             all                                     peer\n\
# IPv4 local connections:\nhost    all             all             127.0.0.1/32            md5\n# IPv6 local connections:\n\
host    all             all             ::1/128                 md5\n";

const APP: &str = "const { Client } = require('pg')\n\nconst client = new Client({\n  user: 'postgres',\n  host: 'localhost',\n  database: 'nodejs',\n  \
password: 'newpassword',\n  port: 5432\n})\n\nclient.connect()\n\nclient.query('SELECT * FROM hello', (err, res) => {\n  \
console.log(res.rows[0].message)\n  client.end()\n})\n";

const LISTEN: &str = "#------------------------------------------------------------------------------\n# CONNECTIONS AND AUTHENTICATION\n\
#------------------------------------------------------------------------------\n\n# - Connection Settings -\n\n\
listen_addresses = '*'                  # what IP address(es) to listen on;\n";

const LINE: &str = "host    all             postgres        172.17.0.0/16           password\n";

const STATEMENT: &str = "const client = new Client({\n  user: 'postgres',\n  host: 'database',\n  database: 'nodejs',\n  \
password: 'newpassword',\n  port: 5432\n})\n";

const PROGRAM: &str = "const express = require('express')\nconst { Client } = require('pg')\n\nconst client = new Client()\n\nclient.connect()\n\n\
client.query('SELECT * FROM hello', (err, res) => {\n  console.log(res.rows[0].message)\n  client.end()\n})\n";

/// The four edits, with these blocks.
fn edits(listen: &str, line: &str, statement: &str, program: &str) {
    let edited = apply(Some(POSTGRESQL), listen, &How::Auto).expect("it fits");
    let set = "listen_addresses = '*'                  # what IP address(es) to listen on;";
    assert_eq!(
        edited.text,
        POSTGRESQL.replace("#listen_addresses = 'localhost'\t\t# what IP address(es) to listen on;", set),
        "{}",
        edited.why
    );
    assert_eq!((edited.how, edited.changed), (How::Patch, 12..13));

    let edited = apply(Some(HBA), line, &How::Auto).expect("it fits");
    assert_eq!((edited.text, edited.how), (format!("{HBA}{line}"), How::Append), "{}", edited.why);

    let edited = apply(Some(APP), statement, &How::Auto).expect("it fits");
    let database = APP.replace("'localhost'", "'database'");
    assert_eq!((edited.text.as_str(), edited.how), (database.as_str(), How::Patch), "{}", edited.why);

    let edited = apply(Some(&database), program, &How::Auto).expect("it fits");
    assert_eq!((edited.text.as_str(), edited.how), (program, How::Replace), "{}", edited.why);
}

#[test]
fn edits_of_the_same_shape() {
    edits(LISTEN, LINE, STATEMENT, PROGRAM);
    let edited = apply(Some(POSTGRESQL), "listen_addresses = '*'\n", &How::Auto).expect("it fits");
    let line = "#listen_addresses = 'localhost'\t\t# what IP address(es) to listen on;";
    assert_eq!(edited.text, POSTGRESQL.replace(line, "listen_addresses = '*'"), "{}", edited.why);
}

#[test]
fn edits_of_the_seed_itself() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed/docker-container-communication.md");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: the seed guide is not at {}", path.display());
        return;
    };
    let guide = guide::parse(Source::new("seed.md", text), &Registry::default(), &[], false);
    let blocks: Vec<_> = guide.code_blocks().into_iter().filter(|b| b.role == Role::File).collect();
    let of = |title: &str| {
        blocks.iter().filter(|b| b.title.as_deref() == Some(title)).map(|b| b.text.as_str()).collect::<Vec<_>>()
    };
    let app = of("app.js");
    assert_eq!(app.len(), 2);
    for new in [app[0], of("docker-compose.yml")[0], of("Dockerfile")[0]] {
        let edited = apply(None, new, &How::Auto).expect("a new file is written");
        assert_eq!((edited.text.as_str(), edited.how), (new, How::Replace));
    }
    assert_eq!(app[0], APP, "the tests' own program is of the same shape");
    edits(
        of("/etc/postgresql/9.5/main/postgresql.conf")[0],
        of("/etc/postgresql/9.5/main/pg_hba.conf")[0],
        of("app/app.js")[0],
        app[1],
    );
}
