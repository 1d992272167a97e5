package asm

// Scalar loads.
var (
	I32Load    = define("i32.load", 0x28, "i:i", access(4))
	I64Load    = define("i64.load", 0x29, "i:l", access(8))
	F32Load    = define("f32.load", 0x2a, "i:f", access(4))
	F64Load    = define("f64.load", 0x2b, "i:d", access(8))
	I32Load8S  = define("i32.load8_s", 0x2c, "i:i", access(1))
	I32Load8U  = define("i32.load8_u", 0x2d, "i:i", access(1))
	I32Load16S = define("i32.load16_s", 0x2e, "i:i", access(2))
	I32Load16U = define("i32.load16_u", 0x2f, "i:i", access(2))
	I64Load8S  = define("i64.load8_s", 0x30, "i:l", access(1))
	I64Load8U  = define("i64.load8_u", 0x31, "i:l", access(1))
	I64Load16S = define("i64.load16_s", 0x32, "i:l", access(2))
	I64Load16U = define("i64.load16_u", 0x33, "i:l", access(2))
	I64Load32S = define("i64.load32_s", 0x34, "i:l", access(4))
	I64Load32U = define("i64.load32_u", 0x35, "i:l", access(4))
)

// Scalar stores.
var (
	I32Store   = define("i32.store", 0x36, "ii:", access(4))
	I64Store   = define("i64.store", 0x37, "il:", access(8))
	F32Store   = define("f32.store", 0x38, "if:", access(4))
	F64Store   = define("f64.store", 0x39, "id:", access(8))
	I32Store8  = define("i32.store8", 0x3a, "ii:", access(1))
	I32Store16 = define("i32.store16", 0x3b, "ii:", access(2))
	I64Store8  = define("i64.store8", 0x3c, "il:", access(1))
	I64Store16 = define("i64.store16", 0x3d, "il:", access(2))
	I64Store32 = define("i64.store32", 0x3e, "il:", access(4))
)

// Vector loads and stores.
var (
	V128Load        = define("v128.load", 0xfd00, "i:v", access(16))
	V128Load8x8S    = define("v128.load8x8_s", 0xfd01, "i:v", access(8))
	V128Load8x8U    = define("v128.load8x8_u", 0xfd02, "i:v", access(8))
	V128Load16x4S   = define("v128.load16x4_s", 0xfd03, "i:v", access(8))
	V128Load16x4U   = define("v128.load16x4_u", 0xfd04, "i:v", access(8))
	V128Load32x2S   = define("v128.load32x2_s", 0xfd05, "i:v", access(8))
	V128Load32x2U   = define("v128.load32x2_u", 0xfd06, "i:v", access(8))
	V128Load8Splat  = define("v128.load8_splat", 0xfd07, "i:v", access(1))
	V128Load16Splat = define("v128.load16_splat", 0xfd08, "i:v", access(2))
	V128Load32Splat = define("v128.load32_splat", 0xfd09, "i:v", access(4))
	V128Load64Splat = define("v128.load64_splat", 0xfd0a, "i:v", access(8))
	V128Store       = define("v128.store", 0xfd0b, "iv:", access(16))
	V128Load32Zero  = define("v128.load32_zero", 0xfd5c, "i:v", access(4))
	V128Load64Zero  = define("v128.load64_zero", 0xfd5d, "i:v", access(8))
)

// Loads and stores of one lane.
var (
	V128Load8Lane   = define("v128.load8_lane", 0xfd54, "iv:v", access(1), lanes(16))
	V128Load16Lane  = define("v128.load16_lane", 0xfd55, "iv:v", access(2), lanes(8))
	V128Load32Lane  = define("v128.load32_lane", 0xfd56, "iv:v", access(4), lanes(4))
	V128Load64Lane  = define("v128.load64_lane", 0xfd57, "iv:v", access(8), lanes(2))
	V128Store8Lane  = define("v128.store8_lane", 0xfd58, "iv:", access(1), lanes(16))
	V128Store16Lane = define("v128.store16_lane", 0xfd59, "iv:", access(2), lanes(8))
	V128Store32Lane = define("v128.store32_lane", 0xfd5a, "iv:", access(4), lanes(4))
	V128Store64Lane = define("v128.store64_lane", 0xfd5b, "iv:", access(8), lanes(2))
)
