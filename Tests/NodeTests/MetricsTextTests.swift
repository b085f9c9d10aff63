import Engine
import Testing

@testable import Node

@Suite struct MetricsTextTests {
  @Test("Seconds are exact decimals, labels are escaped")
  func values() {
    #expect(MetricsText.seconds(0) == "0")
    #expect(MetricsText.seconds(1) == "0.000000001")
    #expect(MetricsText.seconds(2_500_000_000) == "2.5")
    #expect(MetricsText.seconds(.max) == "18446744073.709551615")
    #expect(MetricsText.escaped("a\"b\\c\nd") == #"a\"b\\c\nd"#)
  }

  @Test("A histogram counts up to its bounds, inclusive, and everything at the end")
  func histogram() {
    let histogram = DurationHistogram([10, 20])
    for value in [1, 10, 11, 20, 21, 1_000] as [UInt64] { histogram.note(nanoseconds: value) }
    #expect(histogram.read().atMost == [2, 4, 6] && histogram.read().nanoseconds == 1_063)
    var text = MetricsText()
    text.histogram("x_seconds", "X.", histogram)
    #expect(
      text.text == """
        # HELP x_seconds X.
        # TYPE x_seconds histogram
        x_seconds_bucket{le="0.00000001"} 2
        x_seconds_bucket{le="0.00000002"} 4
        x_seconds_bucket{le="+Inf"} 6
        x_seconds_sum 0.000001063
        x_seconds_count 6

        """)
  }
}
