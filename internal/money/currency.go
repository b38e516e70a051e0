package money

import "strings"

// currencies are the currencies of ISO 4217 (list one, as of 2026), by their number of
// decimals. Codes that are not money, such as gold and test codes, are left out.
var currencies = map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD " +
		"CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS " +
		"GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD " +
		"LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB " +
		"PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP " +
		"SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

// MaxExponent is the largest number of decimals of a currency.
const MaxExponent = 4

// exponents is the number of decimals by code.
var exponents = func() map[string]int {
	byCode := map[string]int{}
	for exponent, codes := range currencies {
		for code := range strings.FieldsSeq(codes) {
			byCode[code] = exponent
		}
	}
	return byCode
}()

// Known reports whether a code is a currency of ISO 4217 in use.
func Known(currency string) bool {
	_, known := exponents[currency]
	return known
}

// ExponentOf is the number of decimals of a currency. It is 2 for unknown codes, such as a
// currency that was withdrawn after a bill was written in it.
func ExponentOf(currency string) int {
	if exponent, known := exponents[currency]; known {
		return exponent
	}
	return 2
}
