interface Hospital extends Stored {
	name: string;
	address: string;
	phone: string;
	email: string;
	timezone: string;
	currency: string;
	currency_exponent: number;
	cancel_cutoff_hours: number;
	booking_horizon_days: number;
	confirm_email: boolean;
}

interface User extends Stored {
	email?: string;
	verified: boolean;
	name: string;
	role: string;
	status: string;
	phone: string;
	language?: string;
}

interface Invitation extends Stored {
	email: string;
	role: string;
	department: string;
	specialization: string;
	license_no: string;
	expires: string;
	user: string;
	status: string;
	mail_status: string;
	error: string;
}

interface Registration extends Stored {
	email: string;
	name: string;
	role: string;
	expires: string;
	status: string;
	error: string;
}

interface Alert extends Stored {
	kind: string;
	seen: boolean;
}

interface Patient extends Stored {
	user?: string;
	mrn: string;
	name: string;
	name_key?: string;
	birth_date?: string;
	sex?: string;
	blood_group?: string;
	phone: string;
	email: string;
	address: string;
	medical_history?: string;
	active?: boolean;
	vip?: boolean;
	merged_into?: string;
}

interface LinkCode extends Stored {
	patient: string;
	channel: string;
	expires: string;
	code?: string;
}

interface LinkNotice extends Stored {
	patient: string;
	mrn: string;
	kind: string;
	expand?: {
		patient?: Patient;
	};
}

interface Doctor extends Stored {
	user?: string;
	name: string;
	department: string;
	specialization: string;
	license_no?: string;
	phone?: string;
	consultation: string;
	follow_up: string;
	accepts_online: boolean;
	active: boolean;
	expand?: {
		department?: Department;
		consultation?: Service;
	};
}

interface Nurse extends Stored {
	user: string;
	name: string;
	department: string;
	license_no?: string;
	phone: string;
	active: boolean;
}

interface Department extends Stored {
	code: string;
	name: string;
	active: boolean;
}

interface BreakGlass extends Stored {
	patient: string;
	mrn: string;
	user: string;
	reason: string;
	entry: string;
	ends: string;
	verdict: string;
	review_note?: string;
	expand?: {
		patient?: Patient;
		user?: User;
	};
}

interface UnusualRead extends Stored {
	reader: string;
	patient: string;
	rule: string;
	day: string;
	count: number;
	verdict: string;
	review_note: string;
	expand?: {
		patient?: Patient;
		reader?: User;
	};
}

interface AuditEntry extends Stored {
	at: string;
	actor_name: string;
	role: string;
	action: string;
	collection: string;
	record: string;
	patient: string;
	outcome: string;
	changes?: string;
	request?: string;
	hash?: string;
}
