//! What the client of Docker knows to log in to a registry: its `config.json`, and the programs that this names.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bollard::auth::DockerCredentials;
use serde_json::Value;
use std::{
    fs,
    io::{ErrorKind, Write},
    process::{Command, Stdio},
};

use super::find;

/// What Docker Hub is called there.
const HUB: &str = "https://index.docker.io/v1/";
/// The user of a secret that is a token.
const TOKEN: &str = "<token>";
/// How a program says that it has none.
const NONE: &str = "credentials not found";

/// Those for a host; `None` if there are none.
///
/// # Errors
/// Why they cannot be read.
pub(super) fn of(host: &str) -> Result<Option<DockerCredentials>, String> {
    let Some(file) = find::docker_settings().map(|folder| folder.join("config.json")) else { return Ok(None) };
    let bad = |error: &dyn std::fmt::Display| format!("{} cannot be read: {error}", file.display());
    match fs::read(&file) {
        Ok(bytes) => read(&serde_json::from_slice(&bytes).map_err(|error| bad(&error))?, host, &ask),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(bad(&error)),
    }
}

/// Asks a program for the credentials of a server: what it prints.
type Ask<'a> = &'a dyn Fn(&str, &str) -> Result<String, String>;

/// Reads the client's settings as it does itself: a host's own program, then the one for all hosts, then what is in the file.
fn read(settings: &Value, host: &str, ask: Ask<'_>) -> Result<Option<DockerCredentials>, String> {
    let server = if host == "docker.io" { HUB } else { host };
    let program = settings["credHelpers"][server].as_str().or_else(|| settings["credsStore"].as_str());
    match program.filter(|program| !program.is_empty()) {
        Some(program) => asked(&ask(program, server)?, server).map_err(|why| format!("{}: {why}", name(program))),
        None => Ok(in_file(settings, server)),
    }
}

fn in_file(settings: &Value, server: &str) -> Option<DockerCredentials> {
    let known = settings["auths"].as_object()?;
    let found =
        known.get(server).or_else(|| known.iter().find(|(key, _)| host_of(key) == server).map(|(_, auth)| auth));
    let auth = found?;
    let text = |key: &str| auth[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let pair = text("auth").and_then(|both| decoded(&both));
    let (username, password) = match pair {
        Some((username, password)) => (Some(username), Some(password)),
        None => (text("username"), text("password")),
    };
    let identitytoken = text("identitytoken");
    (username.is_some() || identitytoken.is_some()).then(|| DockerCredentials {
        username,
        password,
        identitytoken,
        serveraddress: Some(server.to_owned()),
        ..DockerCredentials::default()
    })
}

/// `https://registry.example.org/v1/` is how older clients have written a host.
fn host_of(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    rest.split('/').next().unwrap_or(rest)
}

/// `user:password` in base64.
fn decoded(auth: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(auth).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

/// What a program has printed: JSON, or that it has none.
fn asked(printed: &str, server: &str) -> Result<Option<DockerCredentials>, String> {
    if printed.contains(NONE) {
        return Ok(None);
    }
    // What it printed may be a secret all the same.
    let said: Value = serde_json::from_str(printed).map_err(|_| "what it prints is no JSON".to_owned())?;
    let (Some(user), Some(secret)) = (said["Username"].as_str(), said["Secret"].as_str()) else {
        return Err("it says no `Username` and `Secret`".into());
    };
    let empty = DockerCredentials { serveraddress: Some(server.to_owned()), ..DockerCredentials::default() };
    Ok(Some(match user {
        TOKEN => DockerCredentials { identitytoken: Some(secret.to_owned()), ..empty },
        _ => DockerCredentials { username: Some(user.to_owned()), password: Some(secret.to_owned()), ..empty },
    }))
}

fn name(program: &str) -> String {
    format!("docker-credential-{program}")
}

/// Runs a program of the client's: the server goes in, the credentials come out. One that has none ends with an error.
fn ask(program: &str, server: &str) -> Result<String, String> {
    let name = name(program);
    let bad = |error: std::io::Error| format!("{name}: {error}");
    let mut command = Command::new(&name);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = command.spawn().map_err(bad)?;
    if let Some(mut input) = running.stdin.take() {
        // One that does not read has ended, and says why.
        let _ = input.write_all(server.as_bytes());
    }
    let output = running.wait_with_output().map_err(bad)?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() || printed.contains(NONE) {
        true => Ok(printed),
        false => Err(format!("{name}: {}", printed.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_as_the_client_of_docker_reads_them() {
        const HOST: &str = "registry.example.org";
        let own = json!({ "auth": STANDARD.encode("reader:se:cret") });
        let other = json!({ "auth": STANDARD.encode("other:x") });
        let ask: Ask<'_> = &|program, server| {
            Ok(match program {
                "has" => json!({ "ServerURL": server, "Username": "helped", "Secret": "s" }).to_string(),
                "token" => json!({ "Username": TOKEN, "Secret": "t" }).to_string(),
                "none" => "credentials not found in native keychain\n".into(),
                "loud" => "deprecated!\n{\"Username\":\"a\",\"Secret\":\"s3cret\"}".into(),
                _ => return Err(format!("docker-credential-{program}: No such file or directory")),
            })
        };
        let user = |user: &str, password: &str| Ok(Some((Some(user.to_owned()), Some(password.to_owned()), None)));
        let token = |token: &str| Ok(Some((None, None, Some(token.to_owned()))));
        for (settings, host, expected) in [
            (json!({}), HOST, Ok(None)),
            (json!({ "auths": { HOST: own, "x.example.org": other } }), HOST, user("reader", "se:cret")),
            (json!({ "auths": { "https://registry.example.org/v1/": own } }), HOST, user("reader", "se:cret")),
            (json!({ "auths": { "registry.example.org:5000": own } }), HOST, Ok(None)),
            (json!({ "auths": { "127.0.0.1:5000": own } }), "127.0.0.1:5000", user("reader", "se:cret")),
            (json!({ "auths": { HUB: own } }), "docker.io", user("reader", "se:cret")),
            (json!({ "auths": { HOST: { "username": "a", "password": "b" } } }), HOST, user("a", "b")),
            (json!({ "auths": { HOST: { "identitytoken": "t" } } }), HOST, token("t")),
            (json!({ "auths": { HOST: {} } }), HOST, Ok(None)),
            (json!({ "auths": { HOST: { "auth": "no base64" } } }), HOST, Ok(None)),
            (json!({ "auths": { HOST: own }, "credsStore": "has" }), HOST, user("helped", "s")),
            (json!({ "credHelpers": { HOST: "token" }, "credsStore": "has" }), HOST, token("t")),
            (
                json!({ "credHelpers": { "x.example.org": "token" }, "auths": { HOST: own } }),
                HOST,
                user("reader", "se:cret"),
            ),
            (json!({ "credsStore": "none" }), HOST, Ok(None)),
            (
                json!({ "credsStore": "loud" }),
                HOST,
                Err("docker-credential-loud: what it prints is no JSON".to_owned()),
            ),
            (
                json!({ "credsStore": "gone" }),
                HOST,
                Err("docker-credential-gone: No such file or directory".to_owned()),
            ),
        ] {
            let found = read(&settings, host, ask).map(|found| {
                found.map(|credentials| (credentials.username, credentials.password, credentials.identitytoken))
            });
            assert_eq!(found, expected, "{settings}");
        }
    }
}
