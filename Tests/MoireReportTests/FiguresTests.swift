import Testing

@testable import MoireReport

@Suite struct FiguresTests {
  @Test(arguments: [
    (0, "0 %"), (1, "100 %"), (0.312345, "31.2 %"), (0.0405, "4.05 %"), (0.00123, "0.123 %"),
    (0.9996, ">99.9 %"), (0.09996, "10.0 %"), (1e-9, "<0.001 %"), (0.99949, "99.9 %"),
  ])
  func percentHasThreeDigits(value: Double, text: String) {
    #expect(Figures.percent(value) == text)
  }

  @Test func whatIsMissingIsADash() {
    #expect(Figures.percent(nil) == "–")
    #expect(Figures.percent(.nan) == "–")
    #expect(Figures.number(.infinity) == "–")
    #expect(Figures.scientific(nil) == "–")
  }

  @Test func numbers() {
    #expect(Figures.number(214.83) == "215")
    #expect(Figures.number(9.996) == "10.0")
    #expect(Figures.number(-0.0412) == "-0.0412")
    #expect(Figures.number(3e-7) == "3.0e-7")
    #expect(Figures.number(1.5e8) == "1.5e8")
    #expect(Figures.count(3_504_872) == "3,504,872")
    #expect(Figures.count(-120) == "-120")
    #expect(Figures.plural(1, "image") == "1 image")
  }

  @Test func ticksAreRound() {
    let scale = Scale(domain: -0.13...0.52, start: 0, end: 100)
    #expect(scale.ticks(about: 7).map { ($0 * 10).rounded() } == [-1, 0, 1, 2, 3, 4, 5])
    #expect(Scale.ceiling(of: 0.47) == 0.5)
    #expect(Scale.ceiling(of: 0.6) == 0.6000000000000001 || Scale.ceiling(of: 0.6) == 0.6)
    let decades = Scale(domain: 1e-9...1e-2, start: 0, end: 100, isLogarithmic: true)
    #expect(decades.ticks(about: 4).count == 4)
    #expect(abs(decades(1e-2) - 100) < 1e-9)
    #expect(Scale(domain: 2...2, start: 5, end: 9)(2) == 5)
  }
}
