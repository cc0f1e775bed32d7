//! A machine's parts: made so that nothing comes later than its removal, in good order or at the last moment.

use bollard::{
    models::{ContainerCreateBody, NetworkCreateRequest, NetworkDisconnectRequest},
    query_parameters::{
        CreateContainerOptionsBuilder, InspectNetworkOptions, RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder,
    },
};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

use crate::machine::{
    engine::Engine,
    error::{Error, Result},
};

/// How long a machine that is given up waits for its engine, each time.
const LAST_PATIENCE: Duration = Duration::from_secs(20);

/// How long an engine may refuse to remove what is there: somebody else may be removing it.
const REFUSING: Duration = Duration::from_secs(15);
/// Most time between two requests to remove it.
const PAUSE: Duration = Duration::from_secs(1);

/// Makes the parts of one machine, and answers for them from before the first is asked for.
#[derive(Debug)]
pub(in crate::machine) struct Guard {
    engine: Engine,
    resource: String,
    armed: bool,
    /// Ends when the engine has said what came of the part that it is making.
    making: Option<oneshot::Receiver<()>>,
}

impl Guard {
    pub(in crate::machine) fn new(engine: Engine, resource: String) -> Self {
        Self { engine, resource, armed: true, making: None }
    }

    /// Makes the container, and gives its id.
    ///
    /// # Errors
    /// [`Error::EngineGone`], [`Error::Refused`].
    pub(in crate::machine) async fn make_container(&mut self, spec: ContainerCreateBody) -> Result<String> {
        let options = CreateContainerOptionsBuilder::new().name(&self.resource).build();
        let make = async |engine: Engine| Ok(engine.docker().create_container(Some(options), spec).await?.id);
        self.make(make).await
    }

    /// Makes the network.
    ///
    /// # Errors
    /// [`Error::EngineGone`], [`Error::Refused`], [`Error::NoNetwork`].
    pub(super) async fn make_network(&mut self, spec: NetworkCreateRequest) -> Result<()> {
        let make = async |engine: Engine| {
            let made = engine.docker().create_network(spec).await;
            made.map(drop).map_err(|error| Error::from(error).of_network())
        };
        self.make(make).await
    }

    /// Asks for a part, in a thread of its own: a request that is given up on its way may be carried out at any time later, by an engine
    /// that has much to do, so what becomes of it is waited for before anything is removed.
    async fn make<T: Send + 'static>(
        &mut self,
        request: impl AsyncFnOnce(Engine) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // What machines share is not its own to keep.
        let engine = self.engine.without_archives();
        let (ends, ended) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        self.making = Some(ended);
        std::thread::spawn(move || {
            let _ends = ends;
            let made = elsewhere(&engine, request).and_then(|made| made);
            // Whoever is not there any more removes it.
            let _ = answer.send(made);
        });
        let made = answered.await.unwrap_or_else(|_| Err(Error::EngineGone { reason: "its thread has ended".into() }));
        self.making = None;
        made
    }

    /// Removes what there is of container, network and volume.
    pub(in crate::machine) async fn remove(&mut self) -> Result<()> {
        let result = remove_named(&self.engine, &self.resource).await;
        if result.is_ok() {
            self.armed = false;
        }
        result
    }

    /// What they are called.
    pub(super) fn resource(&self) -> &str {
        &self.resource
    }

    pub(super) fn disarm(&mut self) {
        self.armed = false;
    }
}

impl Drop for Guard {
    /// Best effort, where nothing can be awaited. The runtime that held the connections may be ending, so a thread with a
    /// runtime of its own does it, and is waited for: whoever exits right after has then left nothing behind.
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        let (engine, resource, making) = (self.engine.clone(), self.resource.clone(), self.making.take());
        let removal = std::thread::spawn(move || {
            let _ = elsewhere(&engine, async |engine| {
                if let Some(making) = making {
                    let _ = tokio::time::timeout(LAST_PATIENCE, making).await;
                }
                let _ = tokio::time::timeout(LAST_PATIENCE, remove_named(&engine, &resource)).await;
            });
        });
        let _ = removal.join();
    }
}

/// Speaks with the engine in a runtime of its own, which nobody ends.
fn elsewhere<T>(engine: &Engine, speak: impl AsyncFnOnce(Engine) -> T) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::EngineGone { reason: error.to_string() })?;
    runtime.block_on(async { Ok(speak(engine.reconnected()?).await) })
}

/// Removes container, network and volume of a name. What is not there is no error.
pub(super) async fn remove_named(engine: &Engine, resource: &str) -> Result<()> {
    // Each is tried, whatever became of the one before.
    let container = remove_container(engine, resource).await;
    let network = remove_network(engine, resource).await;
    let volume = remove_volume(engine, resource).await;
    container.and(network).and(volume)
}

/// Kills and removes a container with its unnamed volumes.
pub(in crate::machine) async fn remove_container(engine: &Engine, name: &str) -> Result<()> {
    again(async || {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        Ok(engine.docker().remove_container(name, Some(options)).await?)
    })
    .await
}

/// Removes a network. What other containers serve there goes on elsewhere.
pub(in crate::machine) async fn remove_network(engine: &Engine, name: &str) -> Result<()> {
    let found = engine.docker().inspect_network(name, None::<InspectNetworkOptions>).await;
    for container in found.into_iter().flat_map(|network| network.containers.unwrap_or_default().into_keys()) {
        let request = NetworkDisconnectRequest { container, force: Some(true) };
        // If it is still there, the network cannot be removed, which says so.
        let _ = engine.docker().disconnect_network(name, request).await;
    }
    again(async || Ok(engine.docker().remove_network(name).await?)).await
}

/// Removes a volume.
pub(in crate::machine) async fn remove_volume(engine: &Engine, name: &str) -> Result<()> {
    again(async || {
        let options = RemoveVolumeOptionsBuilder::new().force(true).build();
        Ok(engine.docker().remove_volume(name, Some(options)).await?)
    })
    .await
}

/// Until it is gone: an engine may refuse for a moment what is still being taken apart.
async fn again(remove: impl AsyncFn() -> Result<()>) -> Result<()> {
    let begin = Instant::now();
    for attempt in 1.. {
        match remove().await {
            Ok(()) => break,
            Err(e) if e.is_not_found() => break,
            Err(Error::Refused { status: 403 | 409 | 500, .. }) if begin.elapsed() < REFUSING => {
                tokio::time::sleep(Duration::from_millis(100 * attempt).min(PAUSE)).await;
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
