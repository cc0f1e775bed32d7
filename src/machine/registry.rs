//! `registry:` of `guidepost.yaml`: where machines that are built from a folder are shared, so that all who do a guide do it on one image.
//!
//! An image is called there as on an engine, by the hash of its folder. Of what is pulled nobody knows how it was built: it is used only if
//! it says that it was built from such a folder, and for such a computer. What a registry has is never replaced.

use bollard::{
    auth::DockerCredentials,
    models::{ErrorDetail, ImageInspect, PushImageInfo},
    query_parameters::{PushImageOptionsBuilder, RemoveImageOptionsBuilder, TagImageOptionsBuilder},
};
use futures_util::StreamExt;
use regex::Regex;
use std::sync::LazyLock;

use super::{
    context::{self, BUILT},
    credentials,
    engine::Engine,
    error::{Error, Result},
    image::{Event, Image, Listener},
    label,
};

/// Where images are: a registry's host, with a port if need be, and the beginning of their names there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry(String);

/// A host that cannot be taken for the first part of a name on Docker Hub, then parts of a name, as the distribution specification has them.
pub(crate) const PATTERN: &str = "^(localhost(:[0-9]+)?|[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)+(:[0-9]+)?|[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?:[0-9]+)(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$";

/// Most characters of it: a name has 255, of which guidepost needs some.
pub(crate) const LONGEST: usize = 200;

impl Registry {
    /// Reads a prefix such as `registry.example.org/team/guides`; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        static REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new(PATTERN).expect("a pattern"));
        (text.len() <= LONGEST && REGEX.is_match(text)).then(|| Self(text.to_owned()))
    }

    /// Its host, with a port if it has one.
    fn host(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }

    /// The name of all images there, without a tag.
    pub(super) fn repository(&self) -> String {
        format!("{}/{BUILT}", self.0)
    }

    /// That an image is not pushed.
    pub(super) fn not_pushed(&self, hash: &str, reason: String) -> Error {
        Error::NotPushed { image: self.reference(hash), registry: self.host().to_owned(), reason }
    }

    fn reference(&self, hash: &str) -> String {
        format!("{}:{hash}", self.repository())
    }
}

/// What a registry has of a machine.
pub(super) enum Shared {
    /// This, which is now on the engine.
    Found(Image),
    /// Nothing.
    Missing,
    /// That cannot be known, or it is not to be used: why.
    Unusable(String),
}

impl Engine {
    /// Pulls the image of a folder's hash.
    pub(super) async fn shared(&self, registry: &Registry, hash: &str, listener: Listener<'_>) -> Result<Shared> {
        let reference = registry.reference(hash);
        let unusable = |why: String| Ok(Shared::Unusable(why));
        let credentials = match credentials(registry).await {
            Ok(credentials) => credentials,
            Err(why) => return unusable(why),
        };
        match self.pull(&reference, credentials, listener).await {
            Ok(_) => {}
            Err(Error::NoImage { reason, .. }) if is_missing(&reason) => return Ok(Shared::Missing),
            Err(Error::NoImage { reason, .. }) => return unusable(reason),
            Err(error) => return Err(error),
        }
        let pulled = self.docker().inspect_image(&reference).await?;
        if let Some(why) = misfit(&pulled, hash, &self.info().platform) {
            self.forget_name(&reference).await;
            return unusable(why);
        }
        let options = TagImageOptionsBuilder::new().repo(BUILT).tag(hash).build();
        self.docker().tag_image(&reference, Some(options)).await?;
        match self.find_built(hash, Some(registry)).await? {
            Some(image) => Ok(Shared::Found(image)),
            None => unusable("it was pulled, and is not there".into()),
        }
    }

    /// Pushes what was built from the folder with this hash, and gives it as the registry has it.
    pub(super) async fn push(&self, registry: &Registry, hash: &str) -> Result<Image> {
        let failed = |reason: String| registry.not_pushed(hash, reason);
        let credentials = credentials(registry).await.map_err(failed)?;
        let options = TagImageOptionsBuilder::new().repo(&registry.repository()).tag(hash).build();
        self.docker().tag_image(&context::built_image(hash), Some(options)).await?;
        let options = PushImageOptionsBuilder::new().tag(hash).build();
        let docker = self.patient();
        let repository = registry.repository();
        let mut stream = docker.push_image(&repository, Some(options), credentials);
        let mut digest = None;
        while let Some(step) = stream.next().await {
            match step.map_err(Error::from) {
                Ok(PushImageInfo { error_detail: Some(ErrorDetail { message, .. }), .. }) => {
                    return Err(failed(message.unwrap_or_default()));
                }
                Ok(PushImageInfo { status, .. }) => {
                    let said = status.as_deref().and_then(pushed_digest);
                    digest = said.map(|said| format!("{repository}@{said}")).or(digest);
                }
                Err(Error::Refused { message, .. }) => return Err(failed(message)),
                Err(error) => return Err(error),
            }
        }
        let digest = digest.ok_or_else(|| failed("the registry gave it no digest".into()))?;
        self.named_by(registry, hash, digest).await
    }

    /// The image that was pushed, with the digest that others will see. Podman gives what it has built a digest of its own, which is not
    /// the registry's: then what is there is taken in its place.
    async fn named_by(&self, registry: &Registry, hash: &str, digest: String) -> Result<Image> {
        let failed = |reason: &str| registry.not_pushed(hash, reason.to_owned());
        let gone = || failed("it was pushed, and is not there");
        let image = self.find_built(hash, Some(registry)).await?.ok_or_else(gone)?;
        if image.digest.as_ref() == Some(&digest) {
            return Ok(image);
        }
        for name in [context::built_image(hash), registry.reference(hash)] {
            self.forget_name(&name).await;
        }
        match self.shared(registry, hash, &|_| {}).await? {
            Shared::Found(image) => Ok(Image { digest: Some(digest), ..image }),
            Shared::Missing => Err(gone()),
            Shared::Unusable(why) => Err(failed(&why)),
        }
    }

    /// Takes a name away, and the image with its last one. One that a container has now stays, which does no harm.
    async fn forget_name(&self, name: &str) {
        let options = RemoveImageOptionsBuilder::new().build();
        let _ = self.docker().remove_image(name, Some(options), None).await;
    }

    /// The image from a registry, or none: what speaks against it is told.
    pub(super) async fn shared_or_told(
        &self,
        registry: &Registry,
        hash: &str,
        listener: Listener<'_>,
    ) -> Result<Option<Image>> {
        Ok(match self.shared(registry, hash, listener).await? {
            Shared::Found(image) => Some(image),
            Shared::Missing => None,
            Shared::Unusable(why) => {
                listener(Event::WithoutRegistry(format!("{}: {why}", registry.reference(hash))));
                None
            }
        })
    }
}

/// What the client of Docker knows for a registry, or why that cannot be read. A helper may ask a person's keyring, and so take its time.
async fn credentials(registry: &Registry) -> Result<Option<DockerCredentials>, String> {
    let host = registry.host().to_owned();
    tokio::task::spawn_blocking(move || credentials::of(&host)).await.map_err(|error| error.to_string())?
}

/// How engines say that a registry answers and has no such image: Docker, Docker with containerd's images, Podman. "Denied" is not among
/// them: it may be there.
const MISSING: [&str; 4] = ["manifest unknown", "name unknown", "repository name not known", ": not found"];

fn is_missing(said: &str) -> bool {
    MISSING.iter().any(|way| said.contains(way))
}

/// The digest in what an engine says of an image that it has pushed: `TAG: digest: sha256:… size: 529`.
fn pushed_digest(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once(": digest: ")?;
    rest.split_whitespace().next().filter(|digest| digest.starts_with("sha256:"))
}

/// Why an image is not what guidepost would have built here from a folder with this hash; `None` if it is.
fn misfit(image: &ImageInspect, hash: &str, platform: &str) -> Option<String> {
    let labels = image.config.as_ref().and_then(|config| config.labels.as_ref());
    match labels.and_then(|labels| labels.get(label::IMAGE)) {
        Some(said) if said == hash => {}
        Some(said) => return Some(format!("it was built from a folder with the hash {said}")),
        None => return Some(format!("it was not built by guidepost: it has no label {}", label::IMAGE)),
    }
    let its = format!("{}/{}", image.os.as_deref().unwrap_or("?"), image.architecture.as_deref().unwrap_or("?"));
    (its != platform).then(|| format!("it is for {its}, and the engine has {platform}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::ImageConfig;

    #[test]
    fn prefixes() {
        for (text, host) in [
            ("registry.example.org/team/guides", Some("registry.example.org")),
            ("ghcr.io/owner/a-library_of.guides", Some("ghcr.io")),
            ("docker.io/owner", Some("docker.io")),
            ("registry.example.org", Some("registry.example.org")),
            ("127.0.0.1:5000/guides", Some("127.0.0.1:5000")),
            ("localhost/guides", Some("localhost")),
            ("registry:5000", Some("registry:5000")),
            // Docker would ask its Hub for it.
            ("team/guides", None),
            ("registry", None),
            ("https://registry.example.org/team", None),
            ("reader:secret@registry.example.org/team", None),
            ("registry.example.org/team:latest", None),
            ("registry.example.org/Team", None),
            ("registry.example.org/team/", None),
            ("registry.example.org//team", None),
            ("registry.example.org:port/team", None),
            ("registry.example.org/../team", None),
            ("-registry.example.org/team", None),
            ("", None),
            (" registry.example.org", None),
            ("registry.example.org\n", None),
        ] {
            let read = Registry::parse(text);
            assert_eq!(read.as_ref().map(Registry::host), host, "{text:?}");
        }
        assert!(Registry::parse(&format!("registry.example.org/{}", "a".repeat(LONGEST))).is_none());
    }

    #[test]
    fn names_of_images() {
        let registry = Registry::parse("127.0.0.1:5000/guides").expect("a prefix");
        assert_eq!(registry.reference("9a257fe9a7d6ac33"), "127.0.0.1:5000/guides/guidepost-machine:9a257fe9a7d6ac33");
    }

    #[test]
    fn what_registries_do_not_have() {
        for (said, missing) in [
            ("manifest for 127.0.0.1:5000/x:1 not found: manifest unknown: manifest unknown", true),
            ("repository 127.0.0.1:5000/x not found: name unknown: repository name not known to registry", true),
            ("failed to resolve reference \"127.0.0.1:5000/x:1\": 127.0.0.1:5000/x:1: not found", true),
            (
                "initializing source docker://127.0.0.1:5000/x:1: reading manifest 1 in 127.0.0.1:5000/x: manifest unknown",
                true,
            ),
            ("Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused", false),
            ("Get \"https://r.example.org/v2/\": dial tcp: lookup r.example.org: no such host", false),
            ("pull access denied for r.example.org/x, repository does not exist or may require 'docker login'", false),
            ("Get \"http://127.0.0.1:5000/v2/x/manifests/1\": no basic auth credentials", false),
        ] {
            assert_eq!(is_missing(said), missing, "{said}");
        }
    }

    #[test]
    fn digests_of_what_was_pushed() {
        for (said, digest) in [
            ("461afeee22f4c130: digest: sha256:41d76e size: 589", Some("sha256:41d76e")),
            ("latest: digest: sha256:41d76e", Some("sha256:41d76e")),
            ("The push refers to repository [127.0.0.1:5000/x]", None),
            ("Pushed", None),
        ] {
            assert_eq!(pushed_digest(said), digest, "{said}");
        }
    }

    #[test]
    fn what_is_pulled_must_be_what_would_be_built() {
        let image = |labels: &[(&str, &str)], architecture: &str| ImageInspect {
            config: Some(ImageConfig {
                labels: Some(labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()),
                ..ImageConfig::default()
            }),
            os: Some("linux".into()),
            architecture: Some(architecture.into()),
            ..ImageInspect::default()
        };
        for (image, expected) in [
            (image(&[(label::IMAGE, "a1")], "amd64"), None),
            (image(&[(label::IMAGE, "b2")], "amd64"), Some("it was built from a folder with the hash b2")),
            (
                image(&[("maintainer", "a1")], "amd64"),
                Some("it was not built by guidepost: it has no label org.guidepost.image"),
            ),
            (
                ImageInspect { config: None, ..image(&[], "amd64") },
                Some("it was not built by guidepost: it has no label org.guidepost.image"),
            ),
            (image(&[(label::IMAGE, "a1")], "arm64"), Some("it is for linux/arm64, and the engine has linux/amd64")),
        ] {
            assert_eq!(misfit(&image, "a1", "linux/amd64").as_deref(), expected);
        }
    }
}
