//! What a crash left behind goes, and nothing else.
//!
//! Only what carries guidepost's labels is looked at, and of that only what no living process answers for.

use bollard::{
    models::ContainerSummary,
    query_parameters::{ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use super::{
    engine::Engine,
    error::{Error, Result},
    label::{GUIDE, Identity, KEPT, MACHINE, Name, Owner, RUN, SITE, site_name, until},
    running::{remove_container, remove_network, remove_volume},
};

/// What to remove of what is labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// What a process made that is known to be gone, and what nobody can need any more: its time is over, or it has ended a while ago. Not
    /// what is kept for a person. At every start.
    #[default]
    Crashed,
    /// Also what is kept for a person ([`RunningMachine::keep`](super::RunningMachine::keep)). For `guidepost clean`.
    OwnerGone,
    /// Also what cannot be judged from here: made by another host or container that uses the same engine, or before a
    /// restart. For `guidepost clean --all`. What a process is known to use stays.
    NotKnownToLive,
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reaped {
    /// Containers removed.
    pub containers: usize,
    /// Networks removed.
    pub networks: usize,
    /// Volumes removed.
    pub volumes: usize,
    /// Images of machines in the middle of a guide, removed.
    pub images: usize,
    /// Labelled things left alone, because their process lives or cannot be judged from here.
    pub kept: usize,
    /// When the last of them may be removed that cannot be judged; `None` if there is none that says so.
    pub until: Option<DateTime<Utc>>,
}

impl Reaped {
    /// Whether anything was removed.
    pub fn is_any(&self) -> bool {
        self.containers + self.networks + self.volumes + self.images > 0
    }
}

/// Removes labelled leftovers.
///
/// # Errors
/// [`Error::EngineGone`](super::Error::EngineGone), or the first refusal, after everything was tried.
pub async fn reap(engine: &Engine, scope: Scope) -> Result<Reaped> {
    let filters = HashMap::from([("label".to_owned(), vec![RUN.to_owned()])]);
    let docker = engine.docker();
    let mut reaped = Reaped::default();
    let mut first_refusal = Ok(());
    let mut note = |removed: Result<()>, count: &mut usize| match removed {
        Ok(()) => *count += 1,
        Err(e) => first_refusal = std::mem::replace(&mut first_refusal, Ok(())).and(Err(e)),
    };

    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    let containers = docker.list_containers(Some(options)).await?;
    let kept: BTreeSet<String> =
        containers.iter().filter(|_| scope == Scope::Crashed).filter_map(kept_for_a_person).collect();
    for container in containers {
        let is_kept = resource(&container).is_some_and(|resource| kept.contains(&resource));
        let Some(id) = container.id else { continue };
        let judged = match judge(container.labels.as_ref(), scope) {
            Judged::LeftBehind if is_kept => Judged::Lives,
            Judged::Unknown(_) if has_ended(engine, &id).await? => Judged::LeftBehind,
            judged => judged,
        };
        if reaped.counts(&judged) {
            note(remove_container(engine, &id).await, &mut reaped.containers);
        }
    }
    let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
    for network in docker.list_networks(Some(options)).await? {
        let Some(id) = network.id else { continue };
        let is_kept = network.name.is_some_and(|name| kept.contains(&name));
        if !is_kept && reaped.counts(&judge(network.labels.as_ref(), scope)) {
            note(remove_network(engine, &id).await, &mut reaped.networks);
        }
    }
    let options = ListVolumesOptionsBuilder::new().filters(&filters).build();
    for volume in docker.list_volumes(Some(options)).await?.volumes.unwrap_or_default() {
        if !kept.contains(&volume.name) && reaped.counts(&judge(Some(&volume.labels), scope)) {
            note(remove_volume(engine, &volume.name).await, &mut reaped.volumes);
        }
    }
    for (image, labels) in engine.snapshots().await? {
        if reaped.counts(&judge(Some(&labels), scope)) {
            note(engine.remove_snapshot(&image).await, &mut reaped.images);
        }
    }
    first_refusal.map(|()| reaped)
}

/// What the parts of a machine are called whose container this is, if it is kept for a person and its time is not over.
fn kept_for_a_person(container: &ContainerSummary) -> Option<String> {
    let is_over = container.labels.as_ref().and_then(until).is_none_or(|until| until < Utc::now());
    resource(container).filter(|_| !is_over)
}

/// What the parts of a machine are called that is kept for a person.
fn resource(container: &ContainerSummary) -> Option<String> {
    container.names.iter().flatten().find_map(|name| Identity::resource_of(name))
}

/// Removes the machines that are kept for a person of guides of a site which are done anew: pairs of the guide's name and the machine's.
///
/// # Errors
/// As [`reap`].
pub async fn let_go(engine: &Engine, site: &Path, anew: &BTreeSet<(Name, Name)>) -> Result<()> {
    let of_site = format!("{SITE}={}", site_name(site));
    let filters = HashMap::from([("label".to_owned(), vec![RUN.to_owned(), of_site])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    for container in engine.docker().list_containers(Some(options)).await? {
        let Some(labels) = &container.labels else { continue };
        let named = |key: &str| labels.get(key).map(|name| Name::new(name));
        let is_anew = named(GUIDE).zip(named(MACHINE)).is_some_and(|names| anew.contains(&names));
        let is_left = judge(Some(labels), Scope::OwnerGone) == Judged::LeftBehind;
        if let (Some(resource), Some(id), true) = (resource(&container), &container.id, is_anew && is_left) {
            remove_container(engine, id).await?;
            remove_network(engine, &resource).await?;
            remove_volume(engine, &resource).await?;
        }
    }
    Ok(())
}

/// Removes what is kept between runs, and nothing that is used now: how many. Without `all`, only images that are too old to be used.
///
/// # Errors
/// As [`reap`].
pub async fn forget(engine: &Engine, all: bool) -> Result<usize> {
    let mut forgotten = engine.forget_setups(all).await?;
    if !all {
        return Ok(forgotten);
    }
    let filters = HashMap::from([("label".to_owned(), vec![KEPT.to_owned()])]);
    let options = ListVolumesOptionsBuilder::new().filters(&filters).build();
    let volumes = engine.docker().list_volumes(Some(options)).await?.volumes.unwrap_or_default();
    for volume in volumes.iter().filter(|volume| volume.labels.contains_key(KEPT)) {
        match remove_volume(engine, &volume.name).await {
            Ok(()) => forgotten += 1,
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(forgotten)
}

/// What is known of a labelled thing.
#[derive(Debug, PartialEq, Eq)]
enum Judged {
    /// Nobody answers for it.
    LeftBehind,
    /// Its process lives.
    Lives,
    /// Its process cannot be seen from here: when its time is over.
    Unknown(Option<DateTime<Utc>>),
    /// It is not guidepost's.
    Foreign,
}

impl Reaped {
    /// Counts what is left alone; whether it is removed.
    fn counts(&mut self, judged: &Judged) -> bool {
        self.kept += usize::from(*judged != Judged::LeftBehind);
        if let Judged::Unknown(until) = judged {
            self.until = self.until.max(*until);
        }
        *judged == Judged::LeftBehind
    }
}

/// The engine has filtered by label already; that is not relied on.
///
/// A process id means something in its own boot and namespace only, so that jobs in containers cannot see each other's: what they have
/// made stays until its time is over.
fn judge(labels: Option<&HashMap<String, String>>, scope: Scope) -> Judged {
    let ours = labels.filter(|labels| labels.contains_key(RUN));
    let Some((labels, owner)) = ours.and_then(|labels| Some((labels, Owner::from_labels(labels)?))) else {
        return Judged::Foreign;
    };
    let until = until(labels);
    let is_over = until.is_some_and(|until| until < Utc::now());
    match owner.is_gone() {
        Some(false) => Judged::Lives,
        Some(true) => Judged::LeftBehind,
        None if is_over || scope == Scope::NotKnownToLive => Judged::LeftBehind,
        None => Judged::Unknown(until),
    }
}

/// Whoever has made a machine looks at it soon after its end, if anybody does.
const UNSEEN: TimeDelta = TimeDelta::minutes(10);

/// Whether a container has ended so long ago that nobody will ask why: after a restart of its host, or of the engine.
async fn has_ended(engine: &Engine, id: &str) -> Result<bool> {
    let state = match engine.docker().inspect_container(id, None).await.map_err(Error::from) {
        Ok(found) => found.state.unwrap_or_default(),
        Err(error) if error.is_not_found() || error.is_ending() => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(state.running != Some(true) && is_long_ago(state.finished_at.as_deref()))
}

/// One that has never ended has the year 1.
fn is_long_ago(finished: Option<&str>) -> bool {
    let finished = finished.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    finished.is_some_and(|time| time.timestamp() > 0 && Utc::now() - time.to_utc() > UNSEEN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::label::{BOOT, OWNER, UNTIL};
    use std::time::Duration;

    #[test]
    fn what_is_nobodys() {
        let identity = Identity::new(Name::new("g"), Name::new("m"), Duration::from_secs(600));
        let ours = identity.labels();
        let with = |key: &str, value: &str| {
            let mut labels = identity.labels();
            labels.insert(BOOT.into(), "another".into());
            labels.insert(key.into(), value.into());
            labels
        };
        let now = Utc::now();
        let at = |minutes| (now + TimeDelta::minutes(minutes)).to_rfc3339();
        let unknown = Judged::Unknown(until(&ours));
        let (gone, all) = (Scope::OwnerGone, Scope::NotKnownToLive);
        for (what, labels, scope, expected) in [
            ("its process lives", ours.clone(), all, Judged::Lives),
            (
                "its process is gone",
                {
                    let mut labels = ours.clone();
                    labels.insert(OWNER.into(), Owner { start: 1, ..identity.owner.clone() }.to_string());
                    labels
                },
                gone,
                Judged::LeftBehind,
            ),
            ("another boot or namespace", with("x", ""), gone, unknown),
            ("the same for all", with("x", ""), all, Judged::LeftBehind),
            ("its time is over", with(UNTIL, &at(-1)), gone, Judged::LeftBehind),
            ("no time", with(UNTIL, "soon"), gone, Judged::Unknown(None)),
            ("no run", HashMap::new(), all, Judged::Foreign),
            ("no owner", HashMap::from([(RUN.to_owned(), "1".to_owned())]), all, Judged::Foreign),
        ] {
            assert_eq!(judge(Some(&labels), scope), expected, "{what}");
        }
    }

    #[test]
    fn what_has_ended() {
        let ago = |minutes| (Utc::now() - TimeDelta::minutes(minutes)).to_rfc3339();
        for (finished, expected) in [
            (Some(ago(11)), true),
            (Some(ago(1)), false),
            (Some("0001-01-01T00:00:00Z".to_owned()), false),
            (None, false),
        ] {
            assert_eq!(is_long_ago(finished.as_deref()), expected, "{finished:?}");
        }
    }
}
