#pragma once
// The media types, annotation keys and well-known contents that OCI artifacts are made of (OCI image-spec 1.1).
#include <string_view>

namespace waybill::oci {

namespace media_type {
inline constexpr std::string_view kImageManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kImageIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kImageConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kDockerImageConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kEmpty = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view kLayerTarGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kLayerTar = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kLayerTarZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
inline constexpr std::string_view kBundle = "application/vnd.waybill.bundle.v1+json";
inline constexpr std::string_view kChecksums = "application/vnd.waybill.checksums.v1";
inline constexpr std::string_view kSigstoreBundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
inline constexpr std::string_view kSimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
}  // namespace media_type

namespace annotation {
inline constexpr std::string_view kTitle = "org.opencontainers.image.title";
inline constexpr std::string_view kCreated = "org.opencontainers.image.created";
inline constexpr std::string_view kReferenceName = "org.opencontainers.image.ref.name";
inline constexpr std::string_view kVersion = "org.opencontainers.image.version";
inline constexpr std::string_view kDescription = "org.opencontainers.image.description";
// What cosign looks for in the entries of a layout's index.json.
inline constexpr std::string_view kCosignKind = "kind";
}  // namespace annotation

// The content of the empty descriptor (image-spec 1.1, "Guidance for an empty descriptor").
inline constexpr std::string_view kEmptyJson = "{}";

}  // namespace waybill::oci
