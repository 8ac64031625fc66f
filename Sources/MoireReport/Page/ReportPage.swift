public import MoireAnalysis
import Mustache

/// An audit as one self-contained HTML page: no script, no file beside it, no network.
public struct ReportPage {
  private let document: AuditDocument
  private let pictures: [SitePicture]
  private let encodePNG: PNGEncoder

  /// - Parameters:
  ///   - pictures: Spectra of sites by path; a site without one is shown without that picture.
  ///   - encodePNG: Makes the PNG files of the heat maps.
  public init(
    _ document: AuditDocument, pictures: [SitePicture], encodePNG: @escaping PNGEncoder
  ) {
    self.document = document
    self.pictures = pictures
    self.encodePNG = encodePNG
  }

  /// The page as HTML.
  ///
  /// - Throws: ``ReportError/inconsistent(site:reason:)`` when a spectrum or a fold map does not have
  ///   the size of its site, and what the encoder throws.
  public func render() throws -> String {
    let source = String(decoding: PackageResources.page_mustache, as: UTF8.self)
    let template = try MustacheTemplate(string: source)
    let builder = PageBuilder(document: document, pictures: pictures, encodePNG: encodePNG)
    return template.render(try builder.build())
  }
}
