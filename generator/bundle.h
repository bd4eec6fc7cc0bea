#pragma once
// A sealed bundle: the tree that is committed, packed and verified. It is a function of catalogue, criteria and options
// alone.
//
// seal() adds bundle.json (versions, criteria, options, every file's size, digest and executable bit) and checksums.txt
// (sha256sum's format: every file but itself and attestation/) to a rendered tree; check_files() is the reverse.
#include <string>
#include <vector>

#include "core/file_tree.h"
#include "core/value.h"
#include "generator/recipe.h"

namespace waybill {

inline constexpr std::string_view kBundleFile = "bundle.json";
inline constexpr std::string_view kChecksumsFile = "checksums.txt";
inline constexpr std::string_view kAttestationFolder = "attestation";
inline constexpr std::string_view kChecksumsSignature = "attestation/checksums.sigstore.json";

struct BundleInfo {
  std::string tool_version;
  CatalogueId catalogue;
  std::string recipe_digest;
  Criteria criteria;
  std::string deployer;  // "argocd"
  Value options;         // what the user chose beyond the defaults, as a map
};

struct Bundle {
  FileTree tree;  // with bundle.json and checksums.txt
  BundleInfo info;
};

// `rendered` must not hold bundle.json, checksums.txt or attestation/.
[[nodiscard]] Bundle seal(FileTree rendered, BundleInfo info);

// One line of what is wrong with a bundle's files; empty when all is well.
struct FileProblem {
  std::string path;
  std::string reason;  // "missing", "not listed", "changed: …", "executable bit differs", …
};
// Compares a tree (attestation/ left out) with its own bundle.json and checksums.txt: exhaustive, both must list
// exactly the files there are. Malformed lists are problems, not exceptions.
[[nodiscard]] std::vector<FileProblem> check_files(const FileTree& tree);

// The same against checksums.txt alone, for a folder of another tool that has no bundle.json.
[[nodiscard]] std::vector<FileProblem> check_checksums(const FileTree& tree);

// Reads bundle.json. Throws InvalidInput.
[[nodiscard]] BundleInfo read_bundle_info(const FileTree& tree);

}  // namespace waybill
