// Our bundles before @sigstore/verify, an implementation that shares no code with cosign.
#include <gtest/gtest.h>

#include <string>

#include "core/file_system.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "signing/statement.h"
#include "tests/support/process.h"

namespace waybill::signing {
namespace {

class SigstoreJs : public ::testing::Test {
 protected:
  void SetUp() override { WAYBILL_REQUIRE_PEER("sigstore-verify"); }
  std::string write(std::string_view name, std::string_view bytes) const {
    const auto path = folder_.path() / name;
    write_file(path, bytes, Overwrite::Yes);
    return path.string();
  }
  static std::string verdict(const std::vector<std::string>& files) {
    std::vector<std::string> command = {"sigstore-verify"};
    command.insert(command.end(), files.begin(), files.end());
    const testing::ProcessResult result = testing::run(command);
    EXPECT_EQ(result.exit_status == 0, result.out == "accepted\n") << result.out << result.err;
    return result.out.substr(0, result.out.find_first_of(":\n"));
  }

  TemporaryFolder folder_;
  const PrivateKey key_ = PrivateKey::generate();
};

TEST_F(SigstoreJs, AcceptsOurSignatureStatementsAndNoOther) {
  const std::string bundle = write("b.json", sign_statement(key_, signature_statement(sha256("manifest"))));
  EXPECT_EQ(verdict({bundle, write("k.pub", key_.public_key().pem())}), "accepted");
  EXPECT_EQ(verdict({bundle, write("k.pub", PrivateKey::generate().public_key().pem())}), "refused");
}

TEST_F(SigstoreJs, AcceptsOurAttestations) {
  const std::string statement =
      attestation_statement(sha256("manifest"), "bundle", kSpdxPredicate, Value::map({{"spdxVersion", "SPDX-2.3"}}));
  EXPECT_EQ(verdict({write("b.json", sign_statement(key_, statement)), write("k.pub", key_.public_key().pem())}),
            "accepted");
}

TEST_F(SigstoreJs, AcceptsOurMessageSignaturesOfTheirFileAlone) {
  const std::string bundle = write("b.json", sign_message(key_, "content"));
  const std::string public_key = write("k.pub", key_.public_key().pem());
  EXPECT_EQ(verdict({bundle, public_key, write("f", "content")}), "accepted");
  EXPECT_EQ(verdict({bundle, public_key, write("f", "changed")}), "refused");
}

}  // namespace
}  // namespace waybill::signing
