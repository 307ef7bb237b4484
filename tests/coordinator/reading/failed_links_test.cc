#include "coordinator/reading/failed_links.h"

#include <gtest/gtest.h>

#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using Texts = std::vector<std::string>;

class FailedLinksTest : public ::testing::Test {
 protected:
  /// As an earlier run left it. `listed`: with its password, if it has one.
  void failed(const std::string& listed, ErrorClass error, const std::string& planned_name,
              std::optional<int> http_status = {}) {
    LedgerRow row;
    const auto url = parse_url(listed);
    row.link = link_id(url ? identity_of(*url) : sha256("no URL\n" + listed));
    row.record.url = mask_userinfo(listed);
    row.record.error = error;
    row.record.http_status = http_status;
    row.planned_name = planned_name;
    write(std::move(row));
  }
  void write(LedgerRow row) {
    LedgerEntry entry{.row = std::move(row), .rename = {}};
    ASSERT_TRUE(ledger_.ledger->write(std::span(&entry, 1)));
  }
  /// All links, each as `URL NAME`.
  Texts read(RetryFailed which = {.which = RetryFailed::Which::all}) {
    FailedLinks source(open_history(path_), which, 2,
                       [this](const std::string& text) { notices_.push_back(text); });
    Texts links;
    for (;;) {
      auto item = source.next().value();
      if (!item) return links;
      if (item->left_out) {
        left_out_.push_back(*item->left_out->url + ' ' + item->left_out->message.value_or(""));
        continue;
      }
      EXPECT_EQ(item->named, Texts(2)) << "as many as --name has columns";
      links.push_back(*item->url + ' ' + item->planned_name);
    }
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at("ledger.sqlite");
  OpenLedger ledger_ = open_sqlite(path_);
  Texts notices_, left_out_;
};

TEST_F(FailedLinksTest, AreThoseOfTheClassesAndStatusesAskedFor) {
  write(saved_row(1, "saved.jpg"));
  failed("http://h/gone.jpg", ErrorClass::http_4xx, "x/gone.jpg", 404);
  failed("http://h/no.jpg", ErrorClass::http_4xx, "no.jpg", 403);
  failed("HTTP://H:80/slow.jpg#f", ErrorClass::timeout, "");
  EXPECT_EQ(read(), (Texts{"http://h/gone.jpg x/gone.jpg", "http://h/no.jpg no.jpg",
                           "HTTP://H:80/slow.jpg#f "}));
  RetryFailed some{.which = RetryFailed::Which::classes};
  some.statuses.set(404);
  some.classes.set(static_cast<std::size_t>(ErrorClass::timeout));
  EXPECT_EQ(read(some), (Texts{"http://h/gone.jpg x/gone.jpg", "HTTP://H:80/slow.jpg#f "}));
  EXPECT_EQ(notices_, Texts{});
}

TEST_F(FailedLinksTest, ThoseWithAPasswordNeedTheirList) {
  failed("http://me:hidden@h/a.jpg", ErrorClass::timeout, "a.jpg");
  failed("http://me@h/b.jpg", ErrorClass::timeout, "b.jpg");
  failed("http://h/c.jpg", ErrorClass::timeout, "c.jpg");
  EXPECT_EQ(read(), Texts{"http://h/c.jpg c.jpg"});
  EXPECT_EQ(notices_, Texts{"2 failed links left out: the URL held a password, which the ledger "
                            "does not keep; their list has it"});
  EXPECT_EQ(left_out_.at(0),
            "http://user:***@h/a.jpg left out: the URL held a password, which the "
            "ledger does not keep; their list has it");
  EXPECT_EQ(left_out_.size(), 2u);
}

TEST_F(FailedLinksTest, ThoseWithHeadersOfTheirOwnNeedTheirList) {
  LedgerRow row;
  row.link = link_id(identity_of(*parse_url("http://h/a.jpg")));
  row.record.url = "http://h/a.jpg";
  row.record.error = ErrorClass::http_4xx;
  row.had_headers = true;
  write(row);
  EXPECT_EQ(read(), Texts{});
  EXPECT_EQ(notices_, Texts{"1 failed link left out: the list gave headers, which the ledger does "
                            "not keep"});
}

TEST_F(FailedLinksTest, KeepTheirPlaceAndWhoNamedThem) {
  LedgerRow row;
  row.link = link_id(identity_of(*parse_url("http://h/a.jpg")));
  row.record.url = "http://h/a.jpg";
  row.record.index = 17;
  row.record.error = ErrorClass::http_4xx;
  row.planned_name = "mine";
  row.named_by_list = true;
  write(row);
  FailedLinks source(open_history(path_), {.which = RetryFailed::Which::all}, 0, {});
  const auto item = source.next().value();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->place, 17u);
  EXPECT_TRUE(item->named_by_list);
}

TEST_F(FailedLinksTest, WhatWasNoUrlIsNoneNow) {
  failed("nonsense", ErrorClass::bad_url, "");
  LedgerRow row;  // a line over the limit: its beginning looks like a link
  row.link = link_id(sha256("no URL\nhttp://h/xxx"));
  row.record.url = "http://h/xxx";
  row.record.error = ErrorClass::bad_url;
  write(row);
  EXPECT_EQ(read(), Texts{});
  EXPECT_EQ(notices_, Texts{"2 failed links left out: no URL"});
  EXPECT_EQ(left_out_.size(), 2u);
}

TEST_F(FailedLinksTest, AFileThatAVerificationFoundSpoiltKeepsItsName) {
  LedgerRow row = saved_row(1, "saved.jpg");
  row.link = link_id(identity_of(*parse_url(*row.record.url)));
  row.record.status = Status::failed;
  row.record.error = ErrorClass::disk;
  row.record.columns = std::make_shared<const std::string>("{}");
  write(row);
  EXPECT_EQ(read(), Texts{"http://x/saved.jpg saved.jpg"});
}

TEST_F(FailedLinksTest, MoreThanAPage) {
  for (int i = 0; i < 1500; ++i) {
    failed("http://h/" + std::to_string(i), ErrorClass::timeout, std::to_string(i));
  }
  const Texts links = read();
  ASSERT_EQ(links.size(), 1500u);
  EXPECT_EQ(links.back(), "http://h/1499 1499");
}

}  // namespace
}  // namespace fanfetch
