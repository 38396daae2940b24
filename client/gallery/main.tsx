/** `/gallery` while `npm run dev` runs: all components in all states. `?state=dialog/question` draws one state alone. */
import '../src/app/shell.css'
import '../src/app/bars.css'
import '../src/notebook/notebook.css'
import '../src/notebook/layout.css'
import './gallery.css'
import { createRoot } from 'react-dom/client'
import { startTheme } from '../src/settings/theme.ts'
import { locale } from '../src/text/locale.ts'
import { Gallery } from './Gallery.tsx'
import { SingleState } from './SingleState.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element "root"')
document.documentElement.lang = locale === 'zh' ? 'zh-Hans' : locale
startTheme()
const isSingle = new URLSearchParams(location.search).has('state')
createRoot(root).render(isSingle ? <SingleState /> : <Gallery />)
