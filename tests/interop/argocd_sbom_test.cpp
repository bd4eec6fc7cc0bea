// The lists of a bundle's contents, judged by the official schemas of CycloneDX and SPDX and by SPDX's own tools.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "argocd/render.h"
#include "core/file_system.h"
#include "core/json/writer.h"
#include "generator/sbom.h"
#include "tests/support/process.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::argocd {
namespace {

class Contents : public ::testing::Test {
 protected:
  // The judge ends with this status on a document, kept in a file of that name.
  void expect(int status, testing::Words command, const std::string& name, const Value& document) const {
    const std::string file = (folder_.path() / name).string();
    write_file(file, json::write_pretty(document), Overwrite::No);
    command.push_back(file);
    const testing::ProcessResult result = testing::run(command);
    EXPECT_EQ(result.exit_status, status) << result.out << result.err;
  }

  TemporaryFolder folder_;
  testing::Sample sample_ = testing::sample();
  Bundle bundle_ = seal(render(sample_.plan, sample_.recipe), sample_info(sample_));
  SbomInput input_{bundle_, sample_.recipe, sha256("layer"), 1767323045};
};

TEST_F(Contents, CycloneDxSchemaAccepts) {
  WAYBILL_REQUIRE_PEER("cyclonedx-validate");
  expect(0, {"cyclonedx-validate"}, "bundle.cdx.json", cyclonedx_document(input_));
}

// The judge itself: a member that CycloneDX does not have must not pass.
TEST_F(Contents, CycloneDxSchemaRefusesForeignMembers) {
  WAYBILL_REQUIRE_PEER("cyclonedx-validate");
  Value document = cyclonedx_document(input_);
  document.set("foreign", 1);
  expect(1, {"cyclonedx-validate"}, "bundle.cdx.json", document);
}

TEST_F(Contents, SpdxSchemaAccepts) {
  WAYBILL_REQUIRE_PEER("spdx-validate");
  expect(0, {"spdx-validate"}, "bundle.spdx.json", spdx_document(input_));
}

// The judge itself.
TEST_F(Contents, SpdxSchemaRefusesForeignMembersAndWhatIsMissing) {
  WAYBILL_REQUIRE_PEER("spdx-validate");
  Value foreign = spdx_document(input_);
  foreign.set("foreign", 1);
  expect(1, {"spdx-validate"}, "foreign.spdx.json", foreign);
  Value nameless = spdx_document(input_);
  nameless.find("packages")->items().front().erase("name");
  expect(1, {"spdx-validate"}, "nameless.spdx.json", nameless);
}

TEST_F(Contents, SpdxToolsAccept) {
  WAYBILL_REQUIRE_PEER("pyspdxtools");
  expect(0, {"pyspdxtools", "--version", "SPDX-2.3", "--infile"}, "bundle.spdx.json", spdx_document(input_));
}

TEST_F(Contents, SpdxToolsRefuseARelationshipToNothing) {
  WAYBILL_REQUIRE_PEER("pyspdxtools");
  Value document = spdx_document(input_);
  document.find("relationships")->items().front().set("relatedSpdxElement", "SPDXRef-Nothing");
  expect(1, {"pyspdxtools", "--version", "SPDX-2.3", "--infile"}, "bundle.spdx.json", document);
}

}  // namespace
}  // namespace waybill::argocd
