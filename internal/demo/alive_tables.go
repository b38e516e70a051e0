package demo

// aliveDoctors are the doctors, besides the two that are there, with their departments. All have accounts.
var aliveDoctors = []struct {
	name, department, specialization string
	aroundTheClock                   bool
}{
	{"Dr. Hannah Brandt", "EMERGENCY", "Emergency medicine", true},
	{"Dr. Mateus Silva", "EMERGENCY", "Emergency medicine", true},
	{"Dr. Yuki Tanaka", "EMERGENCY", "Emergency medicine", true},
	{"Dr. Omar Farouk", "EMERGENCY", "Emergency medicine", true},
	{"Dr. Clara Weiss", "PAED", "Paediatrics", false},
	{"Dr. Pavel Novotný", "PAED", "Paediatrics", false},
	{"Dr. Amina Diallo", "ORTHO", "Orthopaedics", false},
	{"Dr. Jonas Lindqvist", "ORTHO", "Orthopaedics", false},
	{"Dr. Lucia Romano", "GENERAL", "General medicine", false},
	{"Dr. Tim Peters", "CARD", "Cardiology", false},
}

var (
	givenNames = []string{"Anna", "Ben", "Carla", "David", "Elif", "Finn", "Greta", "Hassan", "Ida", "Jakub", "Katja", "Leon",
		"Mia", "Noah", "Olga", "Paul", "Quynh", "Rosa", "Samir", "Tessa", "Uwe", "Vera", "Wanda", "Xenia", "Yusuf", "Zofia"}
	familyNames = []string{"Albrecht", "Bauer", "Çelik", "Dietrich", "Ehlers", "Fischer", "Garcia", "Hoffmann", "Ivanova",
		"Jansen", "Kowalski", "Lang", "Meier", "Nguyen", "Otto", "Petrović", "Richter", "Schäfer", "Thomsen", "Ullrich",
		"Vogel", "Wagner", "Yıldız", "Zimmermann"}
)

// complaints are why patients come, and what is found and prescribed.
var complaints = []struct{ reason, condition, code, drug, strength, frequency string }{
	{"Sore throat", "Acute pharyngitis", "J02.9", "Ibuprofen", "400 mg", "at most three times a day"},
	{"Back pain", "Low back pain", "M54.5", "Ibuprofen", "600 mg", "twice a day"},
	{"Check-up", "", "", "", "", ""},
	{"High blood pressure", "Essential hypertension", "I10", "Amlodipine", "5 mg", "once a day"},
	{"Twisted ankle", "Sprain of the ankle", "S93.4", "", "", ""},
	{"Headache", "Migraine", "G43.9", "Sumatriptan", "50 mg", "when needed"},
	{"Diabetes control", "Type 2 diabetes", "E11.9", "Metformin", "1000 mg", "twice a day"},
	{"Vaccination", "", "", "", "", ""},
	{"Fever", "Influenza", "J11.1", "Paracetamol", "500 mg", "every 6 hours"},
	{"Stomach ache", "Gastritis", "K29.7", "Omeprazole", "20 mg", "once a day"},
}
