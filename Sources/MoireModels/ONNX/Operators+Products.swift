import MoireLayers
import MoireSpectral
import MoireTensors

/// Products of maps with constant matrices, on the left over the height, on the right over the width.
extension Importer {
  func giveProduct(_ op: Operator, rows: Constant, of input: Int) throws {
    let index = try map(op, input)
    let shape = shapes[index]
    guard rows.shape.count == 2, rows.shape[1] == shape[1], !rows.shape.contains(0) else {
      throw op.mismatch("a matrix \(rows.shape) times maps \(shape)")
    }
    let path = path(of: op)
    var (inner, source): (Constant?, Int) = (nil, index)
    if case .product(nil, let columns?, let before)? = meanings[index] {
      (inner, source) = (columns, before)
    }
    if let result = try recognised(op, path, rows: rows, columns: inner, of: source) {
      if result != source { meanings[result] = .product(rows: rows, columns: inner, of: source) }
      return give(op, result)
    }
    let tall = [1, shape[0] * shape[1], shape[2]]
    let filters = Convolution(
      weight: try matrix(op, rows, transposed: false, path, kernel: HW(shape[1], 1)),
      stride: HW(shape[1], 1))
    let layers: [Layer] = [
      .reshape(tall), .convolution(filters),
      // [M, C, W]: the channels go to the front.
      .reshape([rows.shape[0] * shape[0], 1, shape[2]]), .shuffle(groups: rows.shape[0]),
      .reshape([shape[0], rows.shape[0], shape[2]]),
    ]
    let result = try chain(op, path, layers, index)
    meanings[result] = .product(rows: rows, columns: inner, of: source)
    give(op, result)
  }

  func giveProduct(_ op: Operator, columns: Constant, of input: Int) throws {
    let index = try map(op, input)
    let shape = shapes[index]
    guard columns.shape.count == 2, columns.shape[0] == shape[2], !columns.shape.contains(0) else {
      throw op.mismatch("maps \(shape) times a matrix \(columns.shape)")
    }
    let path = path(of: op)
    var (inner, source): (Constant?, Int) = (nil, index)
    if case .product(let rows?, nil, let before)? = meanings[index] {
      (inner, source) = (rows, before)
    }
    if let result = try recognised(op, path, rows: inner, columns: columns, of: source) {
      if result != source { meanings[result] = .product(rows: inner, columns: columns, of: source) }
      return give(op, result)
    }
    let count = columns.shape[1]
    let filters = Convolution(
      weight: try matrix(op, columns, transposed: true, path, kernel: HW(1, shape[2])))
    let layers: [Layer] = [
      .reshape([1, shape[0] * shape[1], shape[2]]), .convolution(filters),
      // [M, C·H]: the results of a row come together.
      .reshape([count * shape[0] * shape[1], 1, 1]), .shuffle(groups: count),
      .reshape([shape[0], shape[1], count]),
    ]
    let result = try chain(op, path, layers, index)
    meanings[result] = .product(rows: inner, columns: columns, of: source)
    give(op, result)
  }

  /// Each row of a matrix, or each column, as a filter of a size.
  private func matrix(
    _ op: Operator, _ constant: Constant, transposed: Bool, _ layer: String, kernel: HW
  ) throws -> Tensor {
    let turned = transposed ? try self.transposed(op, constant, [1, 0]) : constant
    let shape = [turned.shape[0], 1, kernel.height, kernel.width]
    return try tensor(
      turned.reshaped(shape), layer: layer, name: op.input(transposed ? 1 : 0) ?? "")
  }

  /// The input as a map; its order may be another one where that is the same.
  private func map(_ op: Operator, _ input: Int) throws -> Int {
    let index = try image(op, input)
    guard shapes[index].count == 3 else {
      throw op.mismatch("an image of shape \(shapes[index]) comes in, need [C, H, W]")
    }
    return index
  }

  private func chain(
    _ op: Operator, _ path: String, _ layers: [Layer], _ input: Int
  ) throws -> Int {
    try layers.reduce(input) { try append(op, path, .layer($1), inputs: [$0]) }
  }

  // MARK: Recognition

  /// The layer that two matrices stand for, of which one may be missing.
  private func recognised(
    _ op: Operator, _ path: String, rows: Constant?, columns: Constant?, of source: Int
  ) throws -> Int? {
    let shape = shapes[source]
    let left = rows.flatMap { AxisMatrix($0, isTransposed: false) }
    let right = columns.flatMap { AxisMatrix($0, isTransposed: true) }
    let size = HW(left?.rows ?? shape[1], right?.rows ?? shape[2])
    let own = HW(shape[1], shape[2])
    let axes = [left, right].compactMap { $0 }
    if size == own, axes.allSatisfy(\.isIdentity) { return source }
    let kinds = axes.reduce(into: Set(AxisMatrix.Kind.all)) {
      $0.formIntersection($1.idealKinds)
    }
    if let kind = AxisMatrix.Kind.all.first(where: kinds.contains),
      let layer = resampling(from: own, to: size, kind)
    {
      if kind.taper == .none, kind.edge == .drop,
        let (input, function, factor) = filtered(source, down: size)
      {
        let layer = FilteredFunction(function, factor: factor)
        return try append(op, path, .layer(.filteredActivation(layer)), inputs: [input])
      }
      return try append(op, path, .layer(layer), inputs: [source])
    }
    guard axes.allSatisfy(\.isAdaptiveMean) else { return nil }
    let mean = Pooling.Operation.average(includesPadding: false)
    return try append(op, path, .layer(.adaptivePooling(mean, size: size)), inputs: [source])
  }

  /// An ideal pool where whole strides give the size, else a spectral one, which knows no taper.
  private func resampling(from input: HW, to output: HW, _ kind: AxisMatrix.Kind) -> Layer? {
    func strides(_ n: Int, _ m: Int) -> ClosedRange<Int>? {
      // ⌈n/s⌉ = m for n/m ≤ s < n/(m − 1).
      let least = (n + m - 1) / m
      guard m <= n, (n + least - 1) / least == m else { return nil }
      return least...max(least, m > 1 ? (n - 1) / (m - 1) : n)
    }
    guard let rows = strides(input.height, output.height),
      let columns = strides(input.width, output.width)
    else {
      return kind.taper == .none
        ? .spectralPool(SpectralPooling(size: output, bandEdge: kind.edge)) : nil
    }
    let common = max(rows.lowerBound, columns.lowerBound)
    let stride =
      rows.contains(common) && columns.contains(common)
      ? HW(common, common) : HW(rows.lowerBound, columns.lowerBound)
    return .idealPool(IdealPooling(stride: stride, bandEdge: kind.edge, taper: kind.taper))
  }

  /// A function on a grid that is finer by a factor, when `size` is that of what came in.
  private func filtered(
    _ index: Int, down size: HW
  ) -> (input: Int, FilteredFunction.Function, factor: Int)? {
    let end: Int
    let function: FilteredFunction.Function
    if let step = step(index), case .activation(let activation)? = step.layer,
      isResampling(step.inputs[0])
    {
      (end, function) = (step.inputs[0], .activation(activation))
    } else if let (base, coefficients) = polynomial(index) {
      (end, function) = (base, .polynomial(coefficients))
    } else {
      return nil
    }
    guard let up = step(end), case .spectralPool(let fine)? = up.layer else { return nil }
    let input = up.inputs[0]
    let factor = fine.size.height / size.height
    guard factor > 1, shapes[input].dropFirst() == [size.height, size.width],
      fine.size == HW(size.height * factor, size.width * factor)
    else { return nil }
    return (input, function, factor)
  }

  private func isResampling(_ index: Int) -> Bool {
    if case .spectralPool? = step(index)?.layer { true } else { false }
  }

  /// Horner's rule over a resampled map: the map, and the coefficients, lowest first.
  private func polynomial(_ index: Int) -> (base: Int, [Double])? {
    var index = index
    var coefficients: [Double] = []
    while let step = step(index), coefficients.count < steps.count {
      guard let scalar = step.scalar else { return nil }
      let before = step.inputs[0]
      if isResampling(before), scalar.offset == 0 {
        return (before, coefficients + [Double(scalar.factor)])
      }
      guard scalar.factor == 1 else { return nil }
      coefficients.append(Double(scalar.offset))
      guard let product = self.step(before) else { return nil }
      if product.layer == .multiply, let base = product.inputs.first(where: isResampling),
        let rest = product.inputs.first(where: { $0 != base })
      {
        index = rest
      } else {
        index = before
      }
    }
    return nil
  }
}
