package rival

// Collection is what PocketBase's answers say about the kind of a record.
type Collection struct {
	CollectionID   string `json:"collectionId"`
	CollectionName string `json:"collectionName"`
}

// The collections that the benchmark asks for.
var (
	Visits   = Collection{"pbc_1037645436", "appointments"}
	Doctors  = Collection{"pbc_656799828", "doctors"}
	Patients = Collection{"pbc_1820489269", "patients"}
	Payments = Collection{"pbc_631030571", "payments"}
	Users    = Collection{"_pb_users_auth_", "users"}
)

// Visit is an appointment as it is stored and answered.
type Visit struct {
	Collection  `gorm:"-"`
	ID          string  `json:"id"`
	Number      string  `json:"number"`
	Patient     string  `json:"patient"`
	PatientName string  `json:"patient_name"`
	Doctor      string  `json:"doctor"`
	Starts      string  `json:"starts"`
	Ends        string  `json:"ends"`
	Room        string  `json:"room"`
	Capacity    int     `json:"capacity"`
	VisitType   string  `json:"visit_type"`
	Reason      string  `json:"reason"`
	Status      string  `json:"status"`
	CancelCode  string  `json:"cancel_code"`
	CancelNote  string  `json:"cancel_note"`
	StaffNote   *string `json:"staff_note,omitempty"` // nil for patients
	Overbook    bool    `json:"overbook"`
	RequestedBy string  `json:"requested_by"`
	RequestedAt string  `json:"requested_at"`
	ApprovedBy  string  `json:"approved_by"`
	ApprovedAt  string  `json:"approved_at"`
	CheckedInAt string  `json:"checked_in_at"`
	StartedAt   string  `json:"started_at"`
	CompletedAt string  `json:"completed_at"`
	CancelledBy string  `json:"cancelled_by"`
	CancelledAt string  `json:"cancelled_at"`
	Version     int     `json:"version"`
	Created     string  `json:"created"`
	Updated     string  `json:"updated"`
	Expand      *Expand `json:"expand,omitempty" gorm:"-"`
}

// Expand are the related records of a visit.
type Expand struct {
	Doctor  *Doctor  `json:"doctor,omitempty"`
	Patient *Patient `json:"patient,omitempty"`
}

// TableName is the table of visits.
func (Visit) TableName() string { return "appointments" }

// For hides what the role does not see.
func (v *Visit) For(role string) *Visit {
	v.Collection = Visits
	if role == "patient" {
		v.StaffNote = nil
	}
	return v
}

// Doctor is a doctor as it is stored and answered.
type Doctor struct {
	Collection     `gorm:"-"`
	ID             string  `json:"id"`
	User           *string `json:"user,omitempty"` // nil for patients
	Name           string  `json:"name"`
	Department     string  `json:"department"`
	Specialization string  `json:"specialization"`
	Qualifications string  `json:"qualifications"`
	Bio            string  `json:"bio"`
	Phone          *string `json:"phone,omitempty"` // nil for patients
	Consultation   string  `json:"consultation"`
	FollowUp       string  `json:"follow_up"`
	FollowUpDays   int     `json:"follow_up_days"`
	AcceptsOnline  bool    `json:"accepts_online"`
	Active         bool    `json:"active"`
	Created        string  `json:"created"`
	Updated        string  `json:"updated"`
}

// For hides what the role does not see.
func (d *Doctor) For(role string) *Doctor {
	d.Collection = Doctors
	if role == "patient" {
		d.User, d.Phone = nil, nil
	}
	return d
}

// Patient is a patient as it is stored, and as the front desk sees it.
type Patient struct {
	Collection        `gorm:"-"`
	ID                string `json:"id"`
	User              string `json:"user"`
	Mrn               string `json:"mrn"`
	Name              string `json:"name"`
	NameKey           string `json:"name_key"`
	BirthDate         string `json:"birth_date"`
	Sex               string `json:"sex"`
	BloodGroup        string `json:"blood_group"`
	Phone             string `json:"phone"`
	Email             string `json:"email"`
	Language          string `json:"language"`
	Address           string `json:"address"`
	NationalID        string `json:"national_id"`
	EmergencyName     string `json:"emergency_name"`
	EmergencyPhone    string `json:"emergency_phone"`
	EmergencyRelation string `json:"emergency_relation"`
	Interpreter       string `json:"interpreter"`
	VIP               bool   `json:"vip"`
	ConfirmedDistinct bool   `json:"confirmed_distinct"`
	MergedInto        string `json:"merged_into"`
	Active            bool   `json:"active"`
	Created           string `json:"created"`
	Updated           string `json:"updated"`
}

// User is an account.
type User struct {
	Collection      `gorm:"-"`
	ID              string `json:"id"`
	Email           string `json:"email"`
	EmailVisibility bool   `json:"emailVisibility" gorm:"column:emailVisibility"`
	Verified        bool   `json:"verified"`
	Name            string `json:"name"`
	Role            string `json:"role"`
	Status          string `json:"status"`
	Phone           string `json:"phone"`
	Language        string `json:"language"`
	Created         string `json:"created"`
	Updated         string `json:"updated"`
}

// Payment is a payment as it is stored and answered.
type Payment struct {
	Collection  `gorm:"-"`
	ID          string `json:"id"`
	Number      string `json:"number"`
	Receipt     string `json:"receipt"`
	Kind        string `json:"kind"`
	Bill        string `json:"bill"`
	Patient     string `json:"patient"`
	RefundOf    string `json:"refund_of"`
	Method      string `json:"method"`
	AmountMinor int64  `json:"amount_minor"`
	Currency    string `json:"currency"`
	Reference   string `json:"reference"`
	Status      string `json:"status"`
	RecordedBy  string `json:"recorded_by"`
	DecidedBy   string `json:"decided_by"`
	DecidedAt   string `json:"decided_at"`
	Note        string `json:"note"`
	Version     int    `json:"version"`
	Created     string `json:"created"`
	Updated     string `json:"updated"`
}

// Page is the answer to a list.
type Page struct {
	Items      []*Visit `json:"items"`
	Page       int      `json:"page"`
	PerPage    int      `json:"perPage"`
	TotalItems int      `json:"totalItems"` // -1 if it was not requested
	TotalPages int      `json:"totalPages"`
}

// NewPage is the first page of a list. A total of -1 was not counted.
func NewPage(items []*Visit, perPage, total int) Page {
	pages := -1
	if total >= 0 {
		pages = (total + perPage - 1) / perPage
	}
	return Page{items, 1, perPage, total, pages}
}

// Session is the answer to a refresh.
type Session struct {
	Record User   `json:"record"`
	Token  string `json:"token"`
}
