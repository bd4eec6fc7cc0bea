// verify, sign, push, pull and keygen: what was signed is accepted everywhere, and nothing else is (spec: cli, verify).
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "core/digest.h"
#include "core/json/writer.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/registry_server.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class Trust : public Workspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("openssl");
    make_key();
  }
  [[nodiscard]] int verify(const std::string& target, const std::string& key = "k.pub") const {
    return waybill({"verify", target, "--key", key}).exit_status;
  }
  void publish_layout() const {
    ASSERT_THAT(waybill(joined({"publish", "--key", "k.key", "--output", "oci-layout:out:v1"}, criteria())), Exited(0));
  }
  // A signed bundle folder "b", and its bytes to go back to.
  void make_folder() {
    ASSERT_THAT(waybill(joined({"bundle", "-o", "b"}, criteria())), Exited(0));
    ASSERT_THAT(waybill({"sign", "b", "--key", "k.key"}), Exited(0));
    ASSERT_EQ(verify("b"), 0);
    fs::copy(path("b"), path("good"), fs::copy_options::recursive);
  }
  void restore(const std::string& folder_name) const {
    fs::remove_all(path(folder_name));
    fs::copy(path("good"), path(folder_name), fs::copy_options::recursive);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << text;
  }
  // Leaves those entries of the layout's index out whose annotation or type holds one of the words.
  void drop_from_index(const Words& words) const {
    Value index = parse_json(read_file(path("out/index.json")));
    Value kept = Value::list();
    std::size_t dropped = 0;
    for (const Value& entry : at(index, "manifests").items()) {
      const std::string text = json::write(entry, json::HtmlEscape::No);
      const bool drop = std::any_of(words.begin(), words.end(),
                                    [&](const std::string& word) { return text.find(word) != std::string::npos; });
      if (drop) ++dropped;
      if (!drop) kept.push_back(entry);
    }
    ASSERT_GE(dropped, words.size());
    index.set("manifests", std::move(kept));
    write("out/index.json", json::write(index, json::HtmlEscape::No));
  }
};

TEST_F(Trust, RoundTripsKeepTheDigestAndTheSignatures) {
  WAYBILL_REQUIRE_PEER("docker-registry");
  publish_layout();
  const RegistryServer registry(RegistryKind::FallbackTag);
  const std::string remote = registry.target("a/b") + ":v1";
  const Value pushed = waybill_json({"push", "oci-layout:out:v1", remote});
  EXPECT_EQ(verify(remote), 0);
  const Value back = waybill_json({"pull", remote, "--output", "oci-layout:back:v1", "--key", "k.pub"});
  EXPECT_EQ(at(back, "digest"), at(pushed, "digest"));
  EXPECT_TRUE(at(back, "verified").as_bool());
  EXPECT_EQ(verify("oci-layout:back:v1"), 0);
  ASSERT_THAT(waybill({"pull", "oci-layout:back:v1", "--output", "b", "--key", "k.pub"}), Exited(0));
  EXPECT_EQ(verify("b"), 0) << "the folder carries the signature of its checksums";
  const Value again = waybill_json({"push", "b", "oci-layout:third:v1"});
  EXPECT_EQ(at(again, "digest"), at(pushed, "digest")) << "a folder packs to the same artifact";
}

TEST_F(Trust, AFolderIsCopiedWhenItsOwnSignatureIsTrusted) {
  ASSERT_THAT(waybill(joined({"bundle", "--output", "b"}, criteria())), Exited(0));
  const Words copy{"copy", "b", "oci-layout:copied:v1", "--key", "k.pub"};
  const ProcessResult unsigned_folder = waybill(copy);
  EXPECT_THAT(unsigned_folder, Exited(4));
  EXPECT_THAT(unsigned_folder.err, AllOf(HasSubstr("nothing of 'b' was written"),
                                         HasSubstr("there is no 'attestation/checksums.sigstore.json'")));
  ASSERT_THAT(waybill({"sign", "b", "--key", "k.key"}), Exited(0));
  make_key("other");
  const ProcessResult foreign = waybill({"copy", "b", "oci-layout:copied:v1", "--key", "other.pub"});
  EXPECT_THAT(foreign, Exited(4));
  EXPECT_THAT(foreign.err, HasSubstr("the signature was not made by the key"));
  write("b/attestation/more", "");
  EXPECT_THAT(waybill(copy), Exited(4)) << "a file that nobody signed";
  fs::remove(path("b/attestation/more"));
  EXPECT_FALSE(fs::exists(path("copied"))) << "verified before anything is written";

  EXPECT_EQ(at(waybill_json(copy), "verified"), Value(true));
  ASSERT_THAT(waybill({"copy", "oci-layout:copied:v1", "back"}), Exited(0));
  EXPECT_EQ(verify("back"), 0) << "its signature went with it";
}

TEST_F(Trust, FoldersAndLayoutsNeedNoNetwork) {
  publish_layout();
  make_folder();
  WAYBILL_REQUIRE_PEER("unshare");
  WAYBILL_REQUIRE_RIGHT("to be without network", execute({"unshare", "-n", "true"}).exit_status == 0);
  for (const char* target : {"oci-layout:out:v1", "b"}) {
    EXPECT_THAT(execute({"unshare", "-n", program(), "verify", target, "--key", "k.pub", "--offline"}), Exited(0));
  }
  EXPECT_EQ(waybill({"verify", "oci://127.0.0.1:1/a:v1", "--key", "k.pub", "--offline"}).exit_status, 2);
}

TEST_F(Trust, JsonListsEveryCheck) {
  make_folder();
  const Value good = waybill_json({"verify", "b", "--key", "k.pub"});
  EXPECT_EQ(keys(good), (Words{"checks", "digest", "signers", "target", "trusted"}));
  EXPECT_TRUE(at(good, "trusted").as_bool());
  for (const Value& check : at(good, "checks").items()) {
    EXPECT_EQ(keys(check), (Words{"name", "passed", "reason", "subject"}));
    EXPECT_TRUE(at(check, "passed").as_bool());
  }
  EXPECT_EQ(keys(at(good, "signers").items().at(0)), (Words{"form", "keyId"}));
  flip_byte(path("b/README.md"));
  const ProcessResult bad = waybill({"verify", "b", "--key", "k.pub", "--format", "json"});
  EXPECT_THAT(bad, Exited(4));
  const Value report = parse_json(bad.out);
  EXPECT_FALSE(at(report, "trusted").as_bool());
  EXPECT_THAT(bad.out, HasSubstr("README.md"));
}

TEST_F(Trust, OneByteInAnyFileOfAFolderIsRefused) {
  make_folder();
  for (const auto& [name, content] : snapshot(folder() / "good")) {
    flip_byte(path("b/" + name));
    EXPECT_EQ(verify("b"), 4) << name;
    fs::copy_file(path("good/" + name), path("b/" + name), fs::copy_options::overwrite_existing);
  }
  EXPECT_EQ(verify("b"), 0) << "the folder is as it was";
}

TEST_F(Trust, AFileTooFewTooManyOrWithAnotherModeIsRefused) {
  make_folder();
  for (const auto& [name, content] : snapshot(folder() / "good")) {
    fs::remove(path("b/" + name));
    EXPECT_EQ(verify("b"), 4) << "without " << name;
    fs::copy_file(path("good/" + name), path("b/" + name));
    fs::permissions(path("b/" + name), fs::perms::owner_exec, fs::perm_options::add);
    EXPECT_EQ(verify("b"), 4) << "executable " << name;
    fs::permissions(path("b/" + name), fs::perms::owner_exec, fs::perm_options::remove);
  }
  ASSERT_EQ(verify("b"), 0);
  for (const char* name : {"b/new", "b/apps/files/new.yaml", "b/.hidden", "b/attestation/new"}) {
    write(name, "x");
    EXPECT_NE(verify("b"), 0) << name;
    fs::remove(path(name));
  }
  // attestation/ is not part of the artifact: what lies there is refused by verify, and goes nowhere.
  const Value packed = waybill_json({"push", "b", "oci-layout:one:v1"});
  write("b/attestation/new", "x");
  EXPECT_EQ(at(waybill_json({"push", "b", "oci-layout:two:v1"}), "digest"), at(packed, "digest"));
  fs::remove(path("b/attestation/new"));
  fs::create_symlink("README.md", path("b/link"));
  EXPECT_NE(verify("b"), 0);
}

TEST_F(Trust, ChecksumsRewrittenToMatchAreRefused) {
  make_folder();
  const std::string name = "values/cert-manager.yaml";
  const std::string before = read_file(path("b/" + name));
  const std::string after = before + "\nadded: true\n";
  const auto rewrite = [&](const std::string& file) {
    std::string text = read_file(path("b/" + file));
    const auto replace = [&](const std::string& from, const std::string& to) {
      const std::size_t place = text.find(from);
      if (place != std::string::npos) text.replace(place, from.size(), to);
    };
    replace(sha256(before).hex(), sha256(after).hex());
    replace("\"size\":" + std::to_string(before.size()), "\"size\":" + std::to_string(after.size()));
    replace("\"size\": " + std::to_string(before.size()), "\"size\": " + std::to_string(after.size()));
    write("b/" + file, text);
    return text;
  };
  write("b/" + name, after);
  const std::string description = read_file(path("b/bundle.json"));
  const std::string changed = rewrite("bundle.json");
  std::string checksums = rewrite("checksums.txt");
  checksums.replace(checksums.find(sha256(description).hex()), 64, sha256(changed).hex());
  write("b/checksums.txt", checksums);
  ASSERT_THAT(execute({"env", "-C", "b", "sha256sum", "--quiet", "-c", "checksums.txt"}), Exited(0));
  EXPECT_EQ(verify("b"), 4) << "only the signature tells";
}

TEST_F(Trust, OtherSignaturesAndKeysAreRefused) {
  make_folder();
  make_key("other");
  EXPECT_EQ(verify("b", "other.pub"), 4);
  EXPECT_THAT(waybill({"verify", "b", "--key", "other.pub", "--key", "k.pub"}), Exited(0));
  EXPECT_THAT(waybill({"verify", "b"}), Exited(2));
  EXPECT_EQ(verify("b", "b/README.md"), 2) << "that is no key";
  EXPECT_THAT(waybill({"sign", "b", "--key", "other.key"}), Exited(9));
  EXPECT_THAT(waybill({"sign", "b", "--key", "other.key", "--force"}), Exited(0));
  EXPECT_EQ(verify("b"), 4);
  // A signature by the right key, over something else.
  write("file", "content");
  ASSERT_THAT(waybill({"sign", "file", "--key", "k.key"}), Exited(0));
  EXPECT_EQ(verify("file"), 0);
  fs::copy_file(path("file.sigstore.json"), path("b/attestation/checksums.sigstore.json"),
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(verify("b"), 4);
  write("file", "Content");
  EXPECT_EQ(verify("file"), 4);
}

TEST_F(Trust, WhatAStrangerPlantedForASignatureIsNeitherFollowedNorWaitedFor) {
  write_file(path("file"), "content", Overwrite::No);
  ASSERT_EQ(::mkfifo(path("file.sigstore.json").c_str(), 0600), 0);
  for (const Words& more : {Words{}, Words{"--force"}}) {
    const ProcessResult refused = waybill(joined({"sign", "file", "--key", "k.key"}, more));
    EXPECT_THAT(refused, Exited(9));
    EXPECT_THAT(refused.err, HasSubstr("is no regular file"));
  }
  EXPECT_THAT(waybill({"verify", "file", "--key", "k.pub"}), Exited(4));
  fs::remove(path("file.sigstore.json"));

  write_file(path("precious"), "kept", Overwrite::No);
  fs::create_symlink("precious", path("file.sigstore.json"));
  EXPECT_THAT(waybill({"sign", "file", "--key", "k.key"}), Exited(9)) << "what it leads to is no signature";
  EXPECT_THAT(waybill({"sign", "file", "--key", "k.key", "--force"}), Exited(0));
  EXPECT_FALSE(fs::is_symlink(path("file.sigstore.json")));
  EXPECT_EQ(verify("file"), 0);
}

TEST_F(Trust, WhatAStrangerPlantedInABundleFolderIsRefused) {
  ASSERT_THAT(waybill(joined({"bundle", "-o", "b"}, criteria())), Exited(0));
  write_file(path("precious"), "kept", Overwrite::No);
  for (const char* name : {"b/attestation/checksums.sigstore.json", "b/attestation/other"}) {
    fs::remove_all(path("b/attestation"));
    fs::create_directory(path("b/attestation"));
    ASSERT_EQ(::mkfifo(path(name).c_str(), 0600), 0);
    EXPECT_THAT(waybill({"sign", "b", "--key", "k.key", "--force"}), Exited(2));
    fs::remove(path(name));
    fs::create_symlink(path("precious"), path(name));
    EXPECT_THAT(waybill({"sign", "b", "--key", "k.key", "--force"}), Exited(2));
  }
  fs::remove_all(path("b/attestation"));
  fs::create_directory_symlink(folder(), path("b/attestation"));
  EXPECT_THAT(waybill({"sign", "b", "--key", "k.key", "--force"}), Exited(2));
  EXPECT_EQ(read_file(path("precious")), "kept");
}

TEST_F(Trust, AnAttestationIsNoSignature) {
  publish_layout();
  // The .sig tag and the signature bundle go; the signed SBOMs and the provenance stay.
  drop_from_index({"https://sigstore.dev/cosign/sign/v1", ".sig\""});
  const ProcessResult seen = waybill({"verify", "oci-layout:out:v1", "--key", "k.pub"});
  EXPECT_THAT(seen, Exited(4));
  EXPECT_THAT(seen.out, HasSubstr("spdx"));
}

TEST_F(Trust, EitherFormOfSignatureIsEnough) {
  publish_layout();
  const std::string index = read_file(path("out/index.json"));
  for (const char* form : {"https://sigstore.dev/cosign/sign/v1", ".sig\""}) {
    drop_from_index({form});
    EXPECT_EQ(verify("oci-layout:out:v1"), 0) << form;
    write("out/index.json", index);
  }
}

TEST_F(Trust, SignaturesOfAnotherArtifactDoNotCount) {
  publish_layout();
  ASSERT_THAT(waybill(joined({"publish", "--key", "k.key", "--output", "oci-layout:out:v2"}, other_criteria())),
              Exited(0));
  const Value index = parse_json(read_file(path("out/index.json")));
  // The tag is turned to an artifact that nobody trusted signed, in a layout full of the right key's signatures.
  make_key("other");
  ASSERT_THAT(
      waybill(joined({"publish", "--key", "other.key", "--output", "oci-layout:out:v3"}, Words{"--service", "eks"})),
      Exited(0));
  EXPECT_EQ(verify("oci-layout:out:v3"), 4);
  EXPECT_EQ(verify("oci-layout:out:v3", "other.pub"), 0);
  EXPECT_EQ(verify("oci-layout:out:v2"), 0);
  // The .sig tag of one names the other's signatures.
  std::string first;
  std::string second;
  for (const Value& entry : at(index, "manifests").items()) {
    const std::string name = at(entry, "annotations").text_or("org.opencontainers.image.ref.name", "");
    if (name == "v1") first = entry.text_or("digest", "").substr(7);
    if (name == "v2") second = entry.text_or("digest", "").substr(7);
  }
  drop_from_index({"https://sigstore.dev/cosign/sign/v1", "sha256-" + second + ".sig"});
  std::string text = read_file(path("out/index.json"));
  const std::size_t place = text.find("sha256-" + first + ".sig");
  ASSERT_NE(place, std::string::npos);
  text.replace(place, 7 + 64, "sha256-" + second);
  write("out/index.json", text);
  EXPECT_EQ(verify("oci-layout:out:v2"), 4);
}

TEST_F(Trust, OneByteInAnyBlobOfALayoutIsRefusedOrUnrelated) {
  publish_layout();
  Words unnoticed;
  for (const auto& [name, content] : snapshot(folder() / "out/blobs")) {
    const std::string blob = path("out/blobs/" + name);
    const std::string bytes = read_file(blob);
    flip_byte(blob);
    if (verify("oci-layout:out:v1") == 0) unnoticed.push_back(bytes.substr(0, 4096));
    write("out/blobs/" + name, bytes);
  }
  ASSERT_EQ(verify("oci-layout:out:v1"), 0);
  // Never the artifact itself: its manifest, its config or its layer.
  for (const std::string& bytes : unnoticed) {
    EXPECT_EQ(bytes.find("application/vnd.waybill.bundle.v1+json"), std::string::npos);
    EXPECT_FALSE(bytes.starts_with("\x1f\x8b")) << "the layer";
  }
  const std::string index = read_file(path("out/index.json"));
  for (std::size_t i = 0; i < index.size(); i += 97) {
    std::string changed = index;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    write("out/index.json", changed);
    // A changed index may lose a referrer, but the tag still names what the key signed, or nothing.
    const ProcessResult seen = waybill({"verify", "oci-layout:out:v1", "--key", "k.pub"});
    EXPECT_THAT((std::vector<int>{0, 2, 3, 4}), Contains(seen.exit_status)) << i << seen.err;
  }
}

TEST_F(Trust, PullWritesNothingThatIsNotTrusted) {
  publish_layout();
  make_key("other");
  EXPECT_THAT(waybill({"pull", "oci-layout:out:v1", "--output", "b", "--key", "other.pub"}), Exited(4));
  EXPECT_FALSE(fs::exists(path("b")));
  EXPECT_THAT(waybill({"pull", "oci-layout:out:v1", "--output", "oci-layout:copy:v1", "--key", "other.pub"}),
              Exited(4));
  EXPECT_FALSE(fs::exists(path("copy/index.json")));
}

TEST_F(Trust, KeysArePrivateAndNeverReplacedSilently) {
  const Words command{"keygen", "--output-prefix", "p", "--password-file", "/dev/null"};
  ASSERT_THAT(execute(joined({"bash", "-c", "umask 000; exec \"$0\" \"$@\"", program()}, command)), Exited(0));
  EXPECT_EQ(fs::status(path("p.key")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const std::string key = read_file(path("p.key"));
  EXPECT_THAT(waybill(command), Exited(9));
  fs::remove(path("p.key"));
  EXPECT_THAT(waybill(command), Exited(9)) << "the public key is there";
  EXPECT_FALSE(fs::exists(path("p.key")));
  EXPECT_THAT(waybill(joined(command, {"--force"})), Exited(0));
  EXPECT_NE(read_file(path("p.key")), key);
}

}  // namespace
}  // namespace waybill::testing
