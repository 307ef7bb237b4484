#include "coordinator/commands/report/html_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace fanfetch {
namespace {

using namespace std::string_view_literals;

TEST(HtmlText, NothingOfAListIsMarkup) {
  struct Case {
    std::string_view text, html;
  };
  for (const Case& one : {
           Case{"plain", "plain"},
           Case{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
           Case{"\" onload=\"x", "&quot; onload=&quot;x"},
           Case{"' onload='x", "&#39; onload=&#39;x"},
           Case{"a&lt;b", "a&amp;lt;b"},
           Case{"tab\there\nline\rback", "tab\\there\\nline\\rback"},
           Case{"\x1b[31m\x07", "\\x1b[31m\\x07"},
           Case{"NUL\0"sv, "NUL\\x00"},
           Case{"evil\u202Egpj.exe", "evil\\u202egpj.exe"},
           Case{"\xFFno UTF-8\xC0\xAF", "\\xffno UTF-8\\xc0\\xaf"},
           Case{"naïve – 図", "naïve – 図"},
       }) {
    EXPECT_EQ(one.html, html_text(one.text));
  }
}

TEST(HtmlText, IsCutBeforeItsReferences) {
  EXPECT_EQ("&lt;&lt;...", html_text("<<<<<<<<", 5));
  EXPECT_EQ("&lt;b&gt;\n&amp;", html_lines("<b>\n&"));
}

TEST(HtmlLink, LeadsToTheWebAlone) {
  struct Case {
    std::string_view url, html;
  };
  for (const Case& one : {
           Case{"http://a.test/x?a=1&b=2",
                "<a href=\"http://a.test/x?a=1&amp;b=2\" rel=\"noreferrer noopener nofollow\">"
                "http://a.test/x?a=1&amp;b=2</a>"},
           Case{"HTTPS://a.test/",
                "<a href=\"HTTPS://a.test/\" rel=\"noreferrer noopener nofollow\">"
                "HTTPS://a.test/</a>"},
           Case{"javascript:alert(1)", "javascript:alert(1)"},
           Case{"JaVaScRiPt:alert(1)//http://a", "JaVaScRiPt:alert(1)//http://a"},
           Case{" http://a.test/", " http://a.test/"},
           Case{"data:text/html,<b>", "data:text/html,&lt;b&gt;"},
           Case{"file:///etc/passwd", "file:///etc/passwd"},
           Case{"//a.test/x", "//a.test/x"},
           Case{"", ""},
           Case{"http://a.test/\"><script>",
                "<a href=\"http://a.test/&quot;&gt;&lt;script&gt;\" "
                "rel=\"noreferrer noopener nofollow\">http://a.test/&quot;&gt;&lt;script&gt;</a>"},
           Case{"http://a.test/\n\x01\xFF",
                "<a href=\"http://a.test/%0A%01%FF\" rel=\"noreferrer noopener nofollow\">"
                "http://a.test/\\n\\x01\\xff</a>"},
       }) {
    EXPECT_EQ(one.html, html_link(one.url));
  }
}

}  // namespace
}  // namespace fanfetch
