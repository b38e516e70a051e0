interface Encounter extends Stored {
	appointment: string;
	patient: string;
	doctor: string;
	status: string;
	complaint: string;
	notes: string;
	assessment: string;
	plan: string;
	follow_up_on: string;
	amends: string;
	signed_at: string;
	version: number;
}

interface Vitals extends Stored {
	patient: string;
	appointment: string;
	taken_at: string;
	systolic: number;
	diastolic: number;
	pulse: number;
	temperature_c10: number;
	respiration: number;
	spo2: number;
	weight_g: number;
	height_mm: number;
	pain: string;
	flags: string[];
	state: string;
	corrects: string;
	recorded_by: string;
}

interface Condition extends Stored {
	patient: string;
	encounter: string;
	text: string;
	code: string;
	state: string;
	certainty: string;
	onset_on: string;
	recorded_by: string;
	version: number;
}

interface DiagnosisCode extends Stored {
	code: string;
	title: string;
	title_key: string;
	active: boolean;
}

interface Allergy extends Stored {
	patient: string;
	substance: string;
	category: string;
	criticality: string;
	reaction: string;
	state: string;
	recorded_by: string;
	version: number;
}

interface Prescription extends Stored {
	number: string;
	appointment: string;
	patient: string;
	doctor: string;
	status: string;
	replaces: string;
	issued_at: string;
	valid_until: string;
	notes: string;
	warnings: string;
	override_reason: string;
	cancel_reason: string;
	version: number;
	expand?: {
		prescription_items_via_prescription?: PrescriptionItem[];
	};
}

interface PrescriptionItem extends Stored {
	prescription: string;
	patient: string;
	drug: string;
	strength: string;
	form: string;
	dose: string;
	route: string;
	frequency: string;
	duration_days: number;
	quantity: number;
	refills: number;
	as_needed: boolean;
	instructions: string;
	removed: boolean;
}

interface PatientDocument extends Stored {
	patient: string;
	appointment: string;
	kind: string;
	title: string;
	file: string;
	visible_to_patient: boolean;
	state: string;
}
