// Offline means offline: what is verified where it lies opens no socket, under a kernel filter that ends whoever does.
#include <signal.h>

#include "core/digest.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/keyless_authority.h"
#include "tests/support/source_path.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;

class Offline : public Workspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("openssl");
    WAYBILL_REQUIRE_RIGHT("to filter system calls", filtered({"true"}).exit_status == 0);
    make_key();
  }
  [[nodiscard]] ProcessResult filtered(const Words& command) const {
    return execute(joined({WAYBILL_WITHOUT_NETWORK}, command));
  }
  [[nodiscard]] ProcessResult verify(const std::string& target, const Words& more = {"--key", "k.pub"}) const {
    return filtered(joined({program(), "verify", target, "--offline"}, more));
  }
  void write(const std::string& name, const std::string& text) const { write_file(path(name), text, Overwrite::Yes); }
};

TEST_F(Offline, ASignatureWithACertificate) {
  const std::string folder = source_path("tests/support/sigstore/");
  const ProcessResult placed =
      execute({"python3", "-c",
               "import json, sys\n"
               "cases = [json.loads(line) for line in open(sys.argv[1] + 'cases.jsonl')]\n"
               "roots = [json.loads(line) for line in open(sys.argv[1] + 'roots.jsonl')]\n"
               "case = next(c for c in cases if c['name'] == 'rekor2-happy-path')\n"
               "open('file', 'w').write(case['artifact'])\n"
               "open('file.sigstore.json', 'w').write(case['bundle'])\n"
               "open('root.json', 'w').write(next(r['root'] for r in roots if r['name'] == case['root']))\n",
               folder});
  ASSERT_EQ(placed.exit_status, 0) << placed.err;
  const Words trust{"--trusted-root",
                    "root.json",
                    "--certificate-identity-regexp",
                    "https://github\\.com/.*",
                    "--certificate-oidc-issuer",
                    "https://token.actions.githubusercontent.com"};
  EXPECT_THAT(verify("file", trust), Exited(0));
}

TEST_F(Offline, AnArtifactAndAFolderWithACertificate) {
  const KeylessAuthority authority;
  const KeylessSigner signer;
  write("root.json", authority.trusted_root());
  ASSERT_THAT(waybill(joined({"bundle", "--output", "b"}, criteria())), Exited(0));
  const Digest digest = Digest::parse(at(waybill_json({"push", "b", "oci-layout:out:v1"}), "digest").as_string());
  const Value scan = Value::map({{"findings", 0}});
  write("signature.json", authority.sign_artifact(digest));
  write("scan.json", authority.attest_artifact(digest, "https://example.com/scan", scan));
  for (const std::string file : {"signature.json", "scan.json"}) {
    ASSERT_THAT(waybill({"attach", "oci-layout:out:v1", "--file", file, "--type",
                         "application/vnd.dev.sigstore.bundle.v0.3+json"}),
                Exited(0));
  }
  ASSERT_THAT(waybill({"copy", "oci-layout:out:v1", "oci-archive:carry.tar"}), Exited(0));
  std::filesystem::create_directories(path("b/attestation"));
  write("b/attestation/checksums.sigstore.json", authority.sign_file(read_file(path("b/checksums.txt"))));
  const Words trust{
      "--trusted-root",  "root.json", "--certificate-identity", signer.identity, "--certificate-oidc-issuer",
      signer.oidc_issuer};
  for (const char* target : {"b", "oci-layout:out:v1", "oci-archive:carry.tar"}) {
    EXPECT_THAT(verify(target, trust), Exited(0)) << target;
  }
  for (const char* target : {"oci-layout:out:v1", "oci-archive:carry.tar"}) {
    const Words attested{program(), "verify-attestation", target, "--type", "https://example.com/scan", "--offline"};
    EXPECT_THAT(filtered(joined(attested, trust)), Exited(0)) << target;
  }
}

TEST_F(Offline, TheFilterEndsWhoeverOpensASocket) {
  const ProcessResult result = filtered({program(), "verify", "oci://127.0.0.1:1/a:v1", "--key", "k.pub"});
  EXPECT_EQ(result.exit_status, 128 + SIGSYS) << result.err;
}

TEST_F(Offline, FoldersFilesLayoutsAndArchivesAreVerifiedWithoutASocket) {
  ASSERT_THAT(waybill(joined({"publish", "--key", "k.key", "--output", "oci-layout:out:v1"}, criteria())), Exited(0));
  ASSERT_THAT(waybill({"copy", "oci-layout:out:v1", "oci-archive:carry.tar"}), Exited(0));
  ASSERT_THAT(waybill({"copy", "oci-layout:out:v1", "oci-archive:carry.tar.zst"}), Exited(0));
  ASSERT_THAT(waybill({"pull", "oci-layout:out:v1", "--output", "b", "--key", "k.pub"}), Exited(0));
  ASSERT_THAT(waybill({"sign", "b/README.md", "--key", "k.key"}), Exited(0));
  ASSERT_THAT(execute({"mv", "b/README.md.sigstore.json", "."}), Exited(0));
  ASSERT_THAT(execute({"cp", "b/README.md", "."}), Exited(0));
  write("policy.yaml",
        "apiVersion: waybill.dev/v1\nkind: Policy\nkeys: {k: {file: k.pub}}\n"
        "rules:\n  - signatures: {keys: [k]}\n");
  for (const char* target :
       {"b", "README.md", "oci-layout:out:v1", "oci-archive:carry.tar", "oci-archive:carry.tar.zst"}) {
    EXPECT_THAT(verify(target), Exited(0)) << target;
    EXPECT_THAT(verify(target, {"--policy", "policy.yaml"}), Exited(0)) << target;
    make_key("other");
    EXPECT_THAT(verify(target, {"--key", "other.pub"}), Exited(4)) << target;
  }
  for (const char* target : {"oci-layout:out:v1", "oci-archive:carry.tar"}) {
    EXPECT_THAT(filtered({program(), "verify-attestation", target, "--key", "k.pub", "--type", "spdxjson"}), Exited(0))
        << target;
  }
}

TEST_F(Offline, ATrustFolderNeedsNoSocketEither) {
  ASSERT_THAT(waybill(joined({"bundle", "-o", "b", "--epoch", "3"}, criteria())), Exited(0));
  ASSERT_THAT(waybill({"sign", "b", "--key", "k.key"}), Exited(0));
  std::string pem = read_file(path("k.pub"));
  for (std::size_t at = 0; (at = pem.find('\n', at)) != std::string::npos; at += 2) pem.replace(at, 1, "\\n");
  write("t.yaml", "apiVersion: waybill.dev/v1\nkind: Trust\nversion: 1\nowners: {keys: [k]}\nkeys: {k: {publicKey: \"" +
                      pem + "\"}}\nrules:\n  - signatures: {keys: [k]}\n");
  ASSERT_THAT(filtered({program(), "trust", "sign", "t.yaml", "--key", "k.key", "-o", "1.trust.json"}), Exited(0));
  ASSERT_THAT(filtered({program(), "trust", "init", "1.trust.json", "--trust", "site"}), Exited(0));
  EXPECT_THAT(verify("b", {"--trust", "site", "--remember"}), Exited(0));
  EXPECT_THAT(read_file(path("site/epochs.json")), HasSubstr("\"default\": 3"));
}

}  // namespace
}  // namespace waybill::testing
