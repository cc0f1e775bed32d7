//! What a crash left behind goes, and nothing else.
//!
//! Only what carries guidepost's labels is looked at, and of that only what no living process answers for.

use bollard::query_parameters::{ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder};
use std::collections::HashMap;

use super::{
    engine::Engine,
    error::Result,
    label::{KEPT, Owner, RUN},
    running::{remove_container, remove_network, remove_volume},
};

/// What to remove of what is labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// What a process of this host made that is known to be gone: at every start, and for `guidepost clean`.
    #[default]
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
    /// Labelled things left alone, because their process lives or cannot be judged from here.
    pub kept: usize,
}

impl Reaped {
    /// Whether anything was removed.
    pub fn is_any(&self) -> bool {
        self.containers + self.networks + self.volumes > 0
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
    for container in docker.list_containers(Some(options)).await? {
        match container.id {
            Some(id) if is_left_behind(container.labels.as_ref(), scope) => {
                note(remove_container(engine, &id).await, &mut reaped.containers);
            }
            _ => reaped.kept += 1,
        }
    }
    let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
    for network in docker.list_networks(Some(options)).await? {
        match network.id {
            Some(id) if is_left_behind(network.labels.as_ref(), scope) => {
                note(remove_network(engine, &id).await, &mut reaped.networks);
            }
            _ => reaped.kept += 1,
        }
    }
    let options = ListVolumesOptionsBuilder::new().filters(&filters).build();
    for volume in docker.list_volumes(Some(options)).await?.volumes.unwrap_or_default() {
        if is_left_behind(Some(&volume.labels), scope) {
            note(remove_volume(engine, &volume.name).await, &mut reaped.volumes);
        } else {
            reaped.kept += 1;
        }
    }
    first_refusal.map(|()| reaped)
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

/// The engine has filtered by label already; that is not relied on.
fn is_left_behind(labels: Option<&HashMap<String, String>>, scope: Scope) -> bool {
    let Some(owner) = labels.filter(|l| l.contains_key(RUN)).and_then(Owner::from_labels) else { return false };
    match owner.is_gone() {
        Some(gone) => gone,
        None => scope == Scope::NotKnownToLive,
    }
}
