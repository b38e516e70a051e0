package hospitaltest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Synthea is the files of another hospital, in the shapes of the CSV export of the generator Synthea.
type Synthea struct{ Patients, Providers, Encounters, Payers string }

// Mappings are the columns of the files by kind of import, for imports.Options and --map.
var Mappings = map[string][]string{
	"patients": leaveOut([]string{"Id=id", "BIRTHDATE=birth_date", "SSN=national_id", "PREFIX=name", "FIRST=name",
		"LAST=name", "GENDER=sex", "ADDRESS=address", "CITY=address", "ZIP=address"}, patientColumns),
	"doctors": leaveOut([]string{"Id=id", "NAME=name", "SPECIALITY=specialization"}, providerColumns),
	"appointments": leaveOut([]string{"Id=id", "START=starts", "STOP=ends", "PATIENT=patient", "PROVIDER=doctor",
		"DESCRIPTION=reason"}, encounterColumns),
	"balances": leaveOut([]string{"Id=id", "START=issued_at", "PATIENT=patient", "DESCRIPTION=description",
		"TOTAL_CLAIM_COST=total"}, encounterColumns),
}

const (
	patientColumns = "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,MIDDLE,LAST,SUFFIX,MAIDEN,MARITAL,RACE," +
		"ETHNICITY,GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,FIPS,ZIP,LAT,LON," +
		"HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE,INCOME"
	providerColumns  = "Id,ORGANIZATION,NAME,GENDER,SPECIALITY,ADDRESS,CITY,STATE,ZIP,LAT,LON,ENCOUNTERS,PROCEDURES"
	encounterColumns = "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION," +
		"BASE_ENCOUNTER_COST,TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION"
	payerColumns = "Id,NAME,OWNERSHIP,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED,AMOUNT_UNCOVERED," +
		"REVENUE,COVERED_ENCOUNTERS,UNCOVERED_ENCOUNTERS,UNIQUE_CUSTOMERS,QOLS_AVG,MEMBER_MONTHS"
)

// leaveOut adds the columns that are not mapped.
func leaveOut(mapped []string, columns string) []string {
	for _, column := range strings.Split(columns, ",") {
		if !strings.HasPrefix(strings.Join(mapped, "\n"), column+"=") &&
			!strings.Contains(strings.Join(mapped, "\n"), "\n"+column+"=") {
			mapped = append(mapped, column+"=")
		}
	}
	return mapped
}

var (
	firstNames = strings.Fields("Aaron Ève Łukasz Zoë Ngọc Omar Grace José Mia Noor Pavel Ömer Ling Tarek Anna")
	lastNames  = strings.Fields("Müller O'Brien Nowak García Çelik Smith Nguyễn Haddad Achieng Costa Novák Kim")
)

// NewSynthea generates the files. With nonsense, every tenth line of patients and encounters has a mistake.
func NewSynthea(seed uint64, patients, encounters int, nonsense bool) Synthea {
	r := rand.New(rand.NewPCG(seed, 1)) // #nosec G404 -- made-up data
	var files [4]strings.Builder
	header := []string{patientColumns, providerColumns, encounterColumns, payerColumns}
	for i := range files {
		_, _ = files[i].WriteString(header[i] + "\n")
	}
	providers := max(2, patients/200)
	for i := range providers {
		fmt.Fprintf(&files[1], "%s,%s,Dr. %s %s%d,F,GENERAL PRACTICE,1 Main St,Bedford,MA,01730,42.4,-71.2,%d,0\n",
			uuid("d", i), uuid("o", 1), pick(r, firstNames), pick(r, lastNames), i, r.IntN(900))
	}
	for i := range patients {
		born := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(33_000)).Format(time.DateOnly)
		id, last, sex := uuid("p", i), fmt.Sprint(pick(r, lastNames), i), []string{"M", "F"}[r.IntN(2)]
		if nonsense && i%10 == 9 {
			switch i / 10 % 4 {
			case 0:
				born = "yesterday"
			case 1:
				id = ""
			case 2:
				sex = "robot"
			case 3:
				born = "2999-12-31"
			}
		}
		fmt.Fprintf(&files[0], "%s,%s,,999-%02d-%04d,,,Mr.,%s,,%s,,,M,white,nonhispanic,%s,\"Boston  Massachusetts  US\","+
			"\"%d Main St, Unit 1\",Bedford,Massachusetts,Middlesex,25017,01730,42.4,-71.2,%d.12,%d.34,%d\n",
			id, born, i/10_000, i%10_000, pick(r, firstNames), last, sex,
			r.IntN(900), r.IntN(90_000), r.IntN(90_000), r.IntN(90_000))
	}
	for i := range encounters {
		starts := time.Date(2005, 1, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(15*365*24*12)) * 5 * time.Minute)
		stop := starts.Add(time.Duration(15+15*r.IntN(4)) * time.Minute)
		patient, provider := uuid("p", r.IntN(patients)), uuid("d", r.IntN(providers))
		if nonsense && i%10 == 9 {
			switch i / 10 % 3 {
			case 0:
				patient = "nobody"
			case 1:
				provider = "nobody"
			case 2:
				stop = starts.Add(-time.Hour)
			}
		}
		fmt.Fprintf(&files[2], "%s,%s,%s,%s,%s,%s,%s,ambulatory,162673000,General examination of patient (procedure),"+
			"129.16,%d.%02d,20.00,,\n", uuid("e", i), starts.Format(time.RFC3339), stop.Format(time.RFC3339), patient,
			uuid("o", 1), provider, uuid("y", i%3), 10+r.IntN(900), r.IntN(100))
	}
	for i := range 3 {
		fmt.Fprintf(&files[3], "%s,Payer %d,PRIVATE,,,,,,1.0,2.0,3.0,4,5,6,0.9,7\n", uuid("y", i), i)
	}
	return Synthea{files[0].String(), files[1].String(), files[2].String(), files[3].String()}
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// uuid is an id as Synthea writes it, the same for the same number.
func uuid(kind string, n int) string {
	return fmt.Sprintf("%08x-%s000-4000-8000-%012x", n*2654435761%(1<<32), kind, n)
}
