//! Images of machines: found, pulled or built.

use bollard::{
    auth::DockerCredentials,
    body_full,
    models::{BuildInfo, CreateImageInfo, ErrorDetail, ImageInspect},
    query_parameters::{BuildImageOptionsBuilder, CreateImageOptionsBuilder},
};
use futures_util::StreamExt;
use std::{
    collections::{HashMap, VecDeque},
    fmt,
    path::Path,
};

use super::{
    context::{self, Context},
    engine::Engine,
    error::{Error, Result},
    label,
    registry::{Registry, Shared},
    settings::{Folder, ImageSource},
};
use crate::source::inside::{Outside, inside};

/// What happens on the way to a machine, for progress. Texts are as the engine gave them: untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A layer of an image is pulled.
    Pulling {
        /// The image.
        image: String,
        /// Its layer, empty for the image as a whole.
        layer: String,
        /// `Downloading`, `Extracting`, `Pull complete` …
        status: String,
        /// Bytes done.
        done: u64,
        /// Bytes in all, 0 if unknown.
        total: u64,
    },
    /// A line of a build's output.
    Building {
        /// The folder.
        folder: String,
        /// The line, without its end.
        line: String,
    },
    /// The container runs, and this is waited for: `systemd`, `its Docker engine`.
    Waiting(&'static str),
    /// Units that systemd could not start; the machine is used all the same.
    Degraded(String),
    /// An image is copied into the nested engine.
    Preloading(String),
    /// The engine has no addresses for another network now, and one is waited for.
    NoNetwork,
    /// The registry that built machines are shared in cannot be asked, or what it has is not used, and why: the machine is built.
    WithoutRegistry(String),
    /// Packages are not kept, and why: they are fetched each time.
    WithoutArchives(String),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Building { line, .. } => f.write_str(line),
            Self::Pulling { image, layer, status, .. } => write!(f, "{image}: {layer} {status}"),
            Self::Waiting(what) => write!(f, "waiting for {what}"),
            Self::NoNetwork => f.write_str("waiting for a network: the engine has addresses for no more of them"),
            Self::Preloading(image) => write!(f, "loading {image}"),
            Self::WithoutRegistry(why) => write!(f, "the registry's image is not used: {why}"),
            Self::WithoutArchives(why) => write!(f, "packages are fetched each time: {why}"),
            Self::Degraded(units) => write!(f, "could not start {units}"),
        }
    }
}

/// Who listens to [`Event`]s.
pub(super) type Listener<'a> = &'a (dyn Fn(Event) + Send + Sync);

/// An image on the engine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Image {
    /// As in `guidepost.yaml`, or the tag of what was built.
    pub reference: String,
    /// The digest of its configuration, `sha256:…`, which tells its content.
    pub id: String,
    /// The registry's digest, `debian@sha256:…`, for an image that was pulled.
    pub digest: Option<String>,
    /// When it was made, as the engine says.
    pub created: Option<String>,
}

/// How an image came to be in the site's registry, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sharing {
    /// It was pushed.
    Pushed(Image),
    /// It was there.
    Found(Image),
    /// It is none that is built here.
    NotBuilt(Image),
}

/// Lines of a build's output that an error keeps.
const TAIL: usize = 30;

impl Engine {
    /// The image that a machine's settings name: there already, or pulled, or built.
    ///
    /// # Errors
    /// [`Error::NoImage`], [`Error::NoBuildFolder`], [`Error::BuildFailed`], [`Error::EngineGone`].
    pub async fn image(&self, source: &ImageSource, site: &Path, listener: Listener<'_>) -> Result<Image> {
        match source {
            ImageSource::Image(reference) => match self.find_image(reference).await? {
                Some(image) => Ok(image),
                None => self.pull(reference, None, listener).await,
            },
            ImageSource::Build(folder) => self.build(folder, site, listener).await,
        }
    }

    /// The image of that name, if the engine has it.
    ///
    /// # Errors
    /// [`Error::EngineGone`].
    pub async fn find_image(&self, reference: &str) -> Result<Option<Image>> {
        self.find(reference, None).await
    }

    /// The image that was built from a folder with this hash, if the engine has it, with its digest in a registry.
    pub(super) async fn find_built(&self, hash: &str, registry: Option<&Registry>) -> Result<Option<Image>> {
        self.find(&context::built_image(hash), registry).await
    }

    async fn find(&self, reference: &str, registry: Option<&Registry>) -> Result<Option<Image>> {
        match self.docker().inspect_image(reference).await.map_err(Error::from) {
            Ok(found) => Ok(Some(describe(reference, found, registry))),
            Err(e) if e.is_not_found() => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Makes sure that the site's registry has the image of a machine that is built: what it has already is taken, and not replaced.
    ///
    /// # Errors
    /// [`Error::NotPushed`], and as [`Engine::image`].
    pub async fn image_pushed(&self, source: &ImageSource, site: &Path, listener: Listener<'_>) -> Result<Sharing> {
        let ImageSource::Build(Folder { path, registry: Some(registry) }) = source else {
            return self.image(source, site, listener).await.map(Sharing::NotBuilt);
        };
        let context = pack(path, site).await?;
        let hash = context.hash.clone();
        match self.shared(registry, &hash, listener).await? {
            Shared::Found(image) => return Ok(Sharing::Found(image)),
            Shared::Missing => {}
            Shared::Unusable(why) => return Err(registry.not_pushed(&hash, why)),
        }
        if self.find_built(&hash, Some(registry)).await?.is_none() {
            self.build_from(context, path, listener).await?;
        }
        self.push(registry, &hash).await.map(Sharing::Pushed)
    }

    /// Pulls an image, logged in to its registry if there are credentials.
    pub(super) async fn pull(
        &self,
        reference: &str,
        credentials: Option<DockerCredentials>,
        listener: Listener<'_>,
    ) -> Result<Image> {
        let no_image = |reason: String| Error::NoImage { image: reference.to_owned(), reason };
        // Without a tag the engine would pull every tag there is.
        let last = reference.rsplit('/').next().unwrap_or(reference);
        let whole = if last.contains([':', '@']) { reference.to_owned() } else { format!("{reference}:latest") };
        let options = CreateImageOptionsBuilder::new().from_image(&whole).build();
        let docker = self.patient();
        let mut stream = docker.create_image(Some(options), None, credentials);
        while let Some(step) = stream.next().await {
            let CreateImageInfo { id, error_detail, status, progress_detail, .. } = match step.map_err(Error::from) {
                Ok(step) => step,
                Err(Error::Refused { message, .. }) => return Err(no_image(message)),
                Err(e) => return Err(e),
            };
            if let Some(message) = error_detail.and_then(|e| e.message) {
                return Err(no_image(message));
            }
            let bytes = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
            let progress = progress_detail.unwrap_or_default();
            listener(Event::Pulling {
                image: reference.to_owned(),
                layer: id.unwrap_or_default(),
                status: status.unwrap_or_default(),
                done: bytes(progress.current),
                total: bytes(progress.total),
            });
        }
        self.find_image(reference).await?.ok_or_else(|| no_image("it was pulled, and is not there".into()))
    }

    /// What was built from a folder: on the engine, or in the site's registry, or else built now.
    async fn build(&self, folder: &Folder, site: &Path, listener: Listener<'_>) -> Result<Image> {
        let context = pack(&folder.path, site).await?;
        let registry = folder.registry.as_ref();
        if let Some(image) = self.find_built(&context.hash, registry).await? {
            return Ok(image);
        }
        if let Some(registry) = registry
            && let Some(image) = self.shared_or_told(registry, &context.hash, listener).await?
        {
            return Ok(image);
        }
        self.build_from(context, &folder.path, listener).await
    }

    /// Builds an image from a context that is called so.
    pub(super) async fn build_from(&self, context: Context, folder: &str, listener: Listener<'_>) -> Result<Image> {
        let tag = context.tag();
        let options = BuildImageOptionsBuilder::new()
            .dockerfile("Dockerfile")
            .t(&tag)
            .rm(true)
            .forcerm(true)
            .labels(&HashMap::from([(label::IMAGE.to_owned(), context.hash.clone())]))
            .build();
        let docker = self.patient();
        let mut stream = docker.build_image(options, None, Some(body_full(context.tar.into())));
        let mut log = Log { tail: VecDeque::new(), open: String::new() };
        let failed =
            |reason: String, log: Log| Error::BuildFailed { folder: folder.to_owned(), reason, tail: log.end() };
        while let Some(step) = stream.next().await {
            match step.map_err(Error::from) {
                Ok(BuildInfo { error_detail: Some(ErrorDetail { message, .. }), .. }) => {
                    return Err(failed(message.unwrap_or_default(), log));
                }
                Ok(BuildInfo { stream: Some(text), .. }) => {
                    for line in log.add(&text) {
                        listener(Event::Building { folder: folder.to_owned(), line });
                    }
                }
                Ok(_) => {}
                Err(Error::Refused { message, .. }) => return Err(failed(message, log)),
                Err(e) => return Err(e),
            }
        }
        match self.find_image(&tag).await? {
            Some(image) => Ok(image),
            None => Err(failed("it ended without an image".into(), log)),
        }
    }
}

/// The folder of a machine as it is now.
async fn pack(folder: &str, site: &Path) -> Result<Context> {
    let no_folder = |reason: String| Error::NoBuildFolder { folder: folder.to_owned(), reason };
    let path = inside(site, Path::new(folder))
        .map_err(|e| no_folder(if matches!(e, Outside::NotFound) { "does not exist".into() } else { e.to_string() }))?;
    let packed = tokio::task::spawn_blocking(move || context::pack(&path)).await;
    packed.map_err(|e| no_folder(e.to_string()))?.map_err(|e| no_folder(e.to_string()))
}

/// The lines of a build, which come in pieces.
struct Log {
    tail: VecDeque<String>,
    open: String,
}

impl Log {
    /// The last lines, with one that was cut short.
    fn end(self) -> String {
        let lines: Vec<String> = self.tail.into_iter().chain((!self.open.is_empty()).then_some(self.open)).collect();
        lines.join("\n")
    }

    /// Takes a piece and gives the lines that it completed.
    fn add(&mut self, text: &str) -> Vec<String> {
        self.open.push_str(text);
        let Some(end) = self.open.rfind('\n') else { return Vec::new() };
        let rest = self.open.split_off(end + 1);
        let done = std::mem::replace(&mut self.open, rest);
        let lines: Vec<String> = done.lines().map(|l| l.trim_end().to_owned()).filter(|l| !l.is_empty()).collect();
        for line in &lines {
            if self.tail.len() == TAIL {
                self.tail.pop_front();
            }
            self.tail.push_back(line.clone());
        }
        lines
    }
}

/// An image as the engine describes it. One that is in several registries has the digest of this one, if it is known there.
fn describe(reference: &str, found: ImageInspect, registry: Option<&Registry>) -> Image {
    let digests = found.repo_digests.unwrap_or_default();
    let of_registry = registry.map(|registry| format!("{}@", registry.repository()));
    let first = digests.iter().find(|digest| of_registry.as_ref().is_some_and(|its| digest.starts_with(its)));
    Image {
        reference: reference.to_owned(),
        id: found.id.unwrap_or_default(),
        digest: first.or(digests.first()).cloned(),
        created: found.created,
    }
}
