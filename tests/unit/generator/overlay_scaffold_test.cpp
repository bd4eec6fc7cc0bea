#include "generator/overlay_scaffold.h"

#include <gmock/gmock.h>

#include "generator/catalogue_check.h"
#include "generator/embedded.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using testing::Files;
using testing::source_of;

TEST(OverlayScaffold, PassesTheCheckAndMatchesItsQuery) {
  for (const char* name : {"site", "1.10", "true", "a+b"}) {
    OverlayDraft draft{name, "eks", {}};
    draft.criteria.set(Dimension::Service, "eks");
    draft.criteria.set_nodes(8);
    const Files files{{"registry.yaml", scaffold_registry()}, {"overlays/x.yaml", scaffold_overlay(draft)}};
    const Catalogue::Layers layers{embedded_catalogue(), source_of(files, "site")};
    EXPECT_TRUE(check_catalogue(layers).findings.empty()) << check_catalogue(layers).findings.front().message;
    const Catalogue catalogue = Catalogue::load(layers);
    const Overlay* overlay = catalogue.find_overlay(name);
    ASSERT_NE(overlay, nullptr);
    EXPECT_TRUE(matches(*overlay, draft.criteria));
    EXPECT_EQ(overlay->base, "eks");
    EXPECT_THAT(*overlay->criteria, ::testing::Each(::testing::Not(::testing::IsEmpty())));
  }
}

TEST(OverlayScaffold, WithoutAParentItLiesOverTheBase) {
  EXPECT_THAT(scaffold_overlay({"x", "", {}}), ::testing::HasSubstr("  base: \"base\"\n"));
}

}  // namespace
}  // namespace waybill
